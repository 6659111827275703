// The reference in Japanese: every text of it, by the English one.
const TEXTS: Readonly<Record<string, string>> = {
  // The document.
  "Reference": "リファレンス",
  "Everything that can be typed, set and answered. Made of the program's own data by deno task reference; in a terminal, man updsts and --help say the same.":
    "入力できるもの、設定できるもの、返ってくるもののすべてです。deno task reference が、プログラム自身の持つデータから生成しています。端末では、man updsts と --help で同じ内容を確認できます。",
  "Commands": "コマンド",
  "Options of every command": "すべてのコマンドに共通のオプション",
  "Besides, it takes the options of [every command](LINK).":
    "このほか、[すべてのコマンドに共通のオプション](LINK)を指定できます。",
  "Examples:": "例:",
  "Without a command:": "コマンドを付けない場合:",
  "Values": "値",
  "A value stands behind its option after a blank or an equals sign, or right behind a letter: -n work, --profile=work, -nwork. Options may come before the command; commands and long options may be written in capitals, with underscores, and with dashes that a web page has made longer. These mean the same:":
    "値は、オプションの後ろに、空白か等号を挟んで書きます。1 文字のオプションには、そのまま続けて書くこともできます。例: -n work、--profile=work、-nwork。オプションは、コマンドの前に書いてもかまいません。コマンドと長いオプションには、大文字や下線を使えます。ウェブページで長い横線に変わったハイフンも受け付けます。次のものは同じ意味です。",
  "Environment": "環境変数",
  "Requests are signed with the named profile's own key and nothing else: AWS_ACCESS_KEY_ID, AWS_SESSION_TOKEN, AWS_PROFILE and the like change nothing. The program cannot even read them.":
    "リクエストの署名には、指定したプロファイル自身のキーだけを使います。AWS_ACCESS_KEY_ID、AWS_SESSION_TOKEN、AWS_PROFILE などを設定しても、何も変わりません。プログラムは、これらを読むことさえできません。",
  "Files": "ファイル",
  "Exit codes": "終了コード",
  "Error codes": "エラーコード",
  "An error is told on stderr, what failed and the state, then a hint of what to do. With --json, and to agents, it also has one of these stable words:":
    "エラーは標準エラー出力に表示します。何に失敗したかと、その状態を述べ、対処方法を hint として添えます。--json を指定した場合とエージェントに対しては、次の単語のいずれかも示します。これらの単語は、将来も変わりません。",
  "Output": "出力",
  "Answers go to stdout, everything else to stderr. Colours are for terminals; control characters in names are spelled out. A call to STS that takes longer than a second says so, on a terminal.":
    "結果は標準出力に、それ以外はすべて標準エラー出力に出力します。色を付けるのは端末に出力する場合だけです。名前に含まれる制御文字は、目に見える表記に置き換えます。STS の呼び出しに 1 秒より長くかかると、端末ではその旨を表示します。",
  "With --json, every outcome but an interrupt is one object on stdout: result if it went well, error with code, message and perhaps hint if not. It is described by [output.schema.json](output.schema.json).":
    "--json を指定すると、中断した場合を除き、どのような結果も標準出力に 1 つのオブジェクトとして出力します。成功なら result、失敗なら error で、後者には code と message があり、hint が付くこともあります。形式は [output.schema.json](output.schema.json) に記述されています。",
  "MCP tools": "MCP のツール",
  "What the server, updsts mcp --mcp-server, offers to agents. Parameters that are left out, null or empty mean the default; unknown ones are refused.":
    "サーバー updsts mcp --mcp-server がエージェントに提供するツールです。省略したパラメーター、null、空の値は、既定値を意味します。未知のパラメーターは拒否します。",

  // Heads of tables, and what stands in them.
  "command": "コマンド",
  "what it does": "動作",
  "option": "オプション",
  "default": "既定値",
  "meaning": "意味",
  "value": "値",
  "of": "オプション",
  "what may stand there": "書けるもの",
  "also": "別の書き方",
  "variable": "変数",
  "file": "ファイル",
  "code": "コード",
  "exit": "終了コード",
  "what to do": "対処方法",
  "parameter": "パラメーター",
  "required": "必須",
  "yes": "はい",
  "no": "いいえ",
  "asks": "尋ねる",
  "all": "すべて",
  "0": "0",
  "the profile's duration_seconds, else 3600":
    "プロファイルの duration_seconds、なければ 3600",
  "PROFILE_sts": "PROFILE_sts",
  "~/.aws/credentials": "~/.aws/credentials",
  "~/.aws/config": "~/.aws/config",
  "the profile's": "プロファイルの値",
  "the profile's duration_seconds, else 1h":
    "プロファイルの duration_seconds、なければ 1h",
  "the credentials file": "認証情報ファイル",
  "profile_name with _sts behind it": "profile_name に _sts を付けたもの",
  "the profile's, else the first of the device's partition":
    "プロファイルの値、なければデバイスのパーティションの最初のリージョン",

  // The commands.
  "Trade a TOTP code for temporary credentials, and write them down":
    "TOTP コードと引き換えに一時的な認証情報を取得し、書き込む",
  "Asks AWS STS for temporary credentials and writes them into the block of the credentials file that updsts keeps for the profile. Without PROFILE, takes the only one that has a long-term key and an MFA device.":
    "AWS STS に一時的な認証情報を求め、認証情報ファイルの中の、updsts がそのプロファイルのために管理するブロックに書き込みます。PROFILE がない場合は、長期アクセスキーと MFA デバイスを持つ唯一のプロファイルを使います。",
  "Without -t, asks once all else is known to be in order: on stderr, with the answer read from whichever of stdin, stderr and stdout is a terminal. Without any terminal, fails with exit code 6.":
    "-t がない場合は、ほかのすべてに問題がないことを確かめてから、コードを尋ねます。質問は標準エラー出力に表示し、答えは、標準入力、標準エラー出力、標準出力のうち端末であるものから読みます。端末が 1 つもない場合は、終了コード 6 で失敗します。",
  "A code that STS refused is asked for again, three in all.":
    "STS がコードを拒否した場合は、もう一度尋ねます。尋ねるのは、全部で 3 回までです。",
  "Show the profiles of the credentials file, without their secrets":
    "認証情報ファイルのプロファイルを、シークレットを伏せて表示する",
  "Shows each profile with its kind, key, MFA device and expiry. With -v 1, shows every key of it, secrets as a mask.":
    "各プロファイルの種類、キー、MFA デバイス、有効期限を表示します。-v 1 を指定すると、すべてのキーを表示します。シークレットは伏せ字にします。",
  "The table fits the terminal: where that is narrow, columns give way, the names last. Expired is red, less than 15 minutes yellow.":
    "表は端末の幅に収まります。幅が狭い場合は列を縮めるか省きますが、名前は最後まで残します。期限切れは赤、残り 15 分未満は黄色で表示します。",
  "A value is a mask unless it is known to be harmless, and looks like what belongs under its key.":
    "無害だとわかっていない値や、そのキーの値らしく見えない値は、伏せ字にします。",
  "Lines between the opening tag and the header stay, for they belong to the profile above.":
    "開始タグとセクションヘッダーの間にある行は、その上のプロファイルに属するため、残します。",
  "Take the session of a profile out of the credentials file":
    "プロファイルのセッションを、認証情報ファイルから取り除く",
  "Takes the block that updsts keeps for the profile out of the file, and leaves every other byte as it was.":
    "updsts がそのプロファイルのために管理するブロックを、ファイルから取り除きます。ほかの部分は 1 バイトも変わりません。",
  "Take all expired sessions out of the credentials file":
    "期限の切れたセッションをすべて、認証情報ファイルから取り除く",
  "Takes those blocks of updsts out of the file whose session has expired, and leaves every other byte as it was.":
    "updsts のブロックのうち、セッションの期限が切れたものを、ファイルから取り除きます。ほかの部分は 1 バイトも変わりません。",
  "Look for what could keep a refresh from working":
    "更新の妨げになりうるものを調べる",
  "Looks at the credentials file, its profiles, the config file and the way to STS, and says what is in order and what is not. Changes nothing, spends no code. Exits with 0 only if there is no problem.":
    "認証情報ファイル、そのプロファイル、設定ファイル、STS までの経路を調べ、正常なものとそうでないものを示します。何も変更せず、コードも消費しません。終了コードが 0 になるのは、問題が 1 つもない場合だけです。",
  "It looks at the file, its mode, owner, links, encoding and line ends; whether it can be replaced; whatever makes the AWS CLI refuse it or the config file; broken blocks; each profile's key, device, region and session; certificates, proxy and endpoint; whether STS answers, how fast, and what its clock says.":
    "調べるのは次の点です。ファイルと、そのモード、所有者、リンク、文字コード、改行コード。ファイルを置き換えられるか。AWS CLI が認証情報ファイルや設定ファイルを拒否する原因になるもの。壊れたブロック。各プロファイルのキー、デバイス、リージョン、セッション。証明書、プロキシ、エンドポイント。STS が応答するか、応答の速さ、STS の時計が示す時刻。",
  "With a profile, it rehearses a refresh as get does: a problem is what get would refuse, or warn of. Nothing of yours is sent.":
    "プロファイルを指定すると、get と同じように更新を予行します。get が拒否すること、警告することが、問題として示されます。利用者の情報は何も送信しません。",
  "Print what teaches a shell to complete commands and profiles":
    "コマンドとプロファイルをシェルで補完するためのスクリプトを出力する",
  "Prints a script for bash, zsh, fish or powershell. The shell then asks updsts for commands, options and the profiles of the credentials file.":
    "bash、zsh、fish、powershell 用のスクリプトを出力します。シェルは、コマンド、オプション、認証情報ファイルのプロファイルを updsts に問い合わせるようになります。",
  "A name that a shell might run, because of a dollar sign, a quote or a semicolon in it, is not proposed; one with a blank or one of @ = : is quoted.":
    "ドル記号、引用符、セミコロンなどを含むためにシェルが実行しかねない名前は、候補に表示しません。空白や @ = : を含む名前は、引用符で囲みます。",
  "Serve agents by MCP; without --mcp-server, show the tools":
    "MCP でエージェントに応える。--mcp-server がなければ、ツールを表示する",
  "With --mcp-server, speaks the Model Context Protocol on stdin and stdout, for a client to start. Without it, shows the tools that agents get.":
    "--mcp-server を指定すると、標準入力と標準出力で Model Context Protocol のサーバーとして動作します。クライアントから起動するためのものです。指定しない場合は、エージェントが使えるツールを表示します。",
  "Speaks the revisions 2026-07-28 and those of 2025. The code is typed by a person, on a page of this machine; the agent never sees it.":
    "対応するリビジョンは、2026-07-28 と 2025 年の各リビジョンです。コードは、このマシンが表示するページに人が入力します。エージェントがコードを目にすることはありません。",

  // Their options.
  "Profile that holds the long-term key; the same as PROFILE":
    "長期アクセスキーを持つプロファイル。PROFILE と同じ",
  "The six digits; - reads stdin": "6 桁の数字。- は標準入力を読む",
  "Profile to write": "書き込むプロファイル",
  "How long the session lasts: 15m to 36h":
    "セッションの有効期間。15m から 36h まで",
  "MFA device: ARN or serial number": "MFA デバイスの ARN またはシリアル番号",
  "Do nothing if the session stays valid this long":
    "セッションがこの時間以上有効であれば、何もしない",
  "Check all, ask nobody, show what would change":
    "すべてを検査し、何も尋ねずに、変更される内容を示す",
  "File for the session, made if it is missing":
    "セッションを書き込むファイル。なければ作る",
  "File for sessions, to be shown as well":
    "セッション用のファイル。あわせて表示する",
  "File for sessions, to be looked at as well":
    "セッション用のファイル。あわせて調べる",
  "File for the sessions of all tools; agents cannot choose it":
    "すべてのツールのセッションを書き込むファイル。エージェントには選べない",
  "Profile whose session goes, or the session's; the same as PROFILE":
    "セッションを取り除くプロファイル、またはそのセッション自身。PROFILE と同じ",
  "Say what would go, and change nothing":
    "何が取り除かれるかを示し、何も変更しない",
  "Profile to look at; the same as PROFILE":
    "調べるプロファイル。PROFILE と同じ",
  "Serve MCP on stdin and stdout": "標準入力と標準出力で MCP のサーバーになる",
  "Let the client ask for codes in a form, not on a page":
    "コードを、ページではなくクライアントのフォームで尋ねる",
  "Credentials file": "認証情報ファイル",
  "How much to tell on stderr: 0, 1, 2":
    "標準エラー出力にどこまで詳しく表示するか。0、1、2",
  "Answer with one JSON object, failures too":
    "失敗の場合も含め、1 つの JSON オブジェクトで答える",
  "Show this": "ヘルプを表示する",
  "Show the commands": "コマンドの一覧を表示する",
  "Show the version": "バージョンを表示する",

  // What may stand behind them.
  "A profile of the file; the name of its session means the same":
    "ファイルにあるプロファイル。そのセッションの名前でも同じ",
  "A name that can stand in a section header": "セクションヘッダーに書ける名前",
  "Six digits, also with a blank or a hyphen between them; - reads a line from stdin":
    "6 桁の数字。間に空白やハイフンがあってもよい。- は標準入力から 1 行を読む",
  "Seconds, or hours, minutes and seconds: 5400, 90m, 1h30m":
    "秒数、または時間と分と秒。例: 5400、90m、1h30m",
  "An ARN, or the serial number of a hardware token":
    "ARN、またはハードウェアトークンのシリアル番号",
  "A file; ~/ is expanded. For the credentials file, - is stdin, and the session needs a file of its own":
    "ファイル。~/ は展開される。認証情報ファイルでは - は標準入力を意味し、その場合はセッション用のファイルが別に必要",
  "0: errors and warnings. 1: also file, region, endpoint, request id. 2: for a bug report":
    "0: エラーと警告。1: さらに、ファイル、リージョン、エンドポイント、リクエスト ID。2: バグ報告用",

  // Variables and files.
  "The credentials file, unless -c names one":
    "認証情報ファイル（-c で指定しない場合）",
  "The file where region, mfa_serial and the endpoint are looked up":
    "リージョン、mfa_serial、エンドポイントを調べるファイル",
  "The region": "リージョン",
  "The endpoint, as for the AWS CLI; settings of these names in the config file count as well":
    "エンドポイント。AWS CLI と同じ。設定ファイルにある同じ名の設定も有効",
  "PEM file of further certificate authorities, for proxies that inspect TLS":
    "TLS を検査するプロキシのための、追加の認証局の PEM ファイル",
  "The proxy, in upper or lower case":
    "プロキシ。変数名は大文字でも小文字でもよい",
  "The hosts that are asked without it, in upper or lower case":
    "プロキシを通さないホスト。変数名は大文字でも小文字でもよい",
  "What ~ stands for": "~ が表すもの",
  "What ~ stands for on Windows": "Windows で ~ が表すもの",
  "Where deno task updsts was started: relative paths count from there":
    "deno task updsts を起動したディレクトリ。相対パスの基準になる",
  "With any value, nothing is coloured": "値が何であれ、色を付けない",
  "The credentials file: long-term keys, and the blocks of updsts":
    "認証情報ファイル。長期アクセスキーと、updsts のブロックがある",
  "Region, device and endpoint of profiles; only read":
    "プロファイルのリージョン、デバイス、エンドポイント。読むだけで、書き込まない",

  // Exit codes.
  "Done, or there was nothing to do": "完了、またはすることがなかった",
  "A defect of updsts, stdout cannot be written, or a problem that doctor found and that has no other code":
    "updsts の不具合、標準出力に書き込めない、または doctor が見つけた、ほかのコードに当てはまらない問題",
  "The command line is wrong, a code or a name that cannot be one included":
    "コマンドラインの誤り（コードや名前としてありえない値を含む）",
  "The credentials file, the config file, or a profile in them is wrong":
    "認証情報ファイル、設定ファイル、またはその中のプロファイルの誤り",
  "STS refused": "STS が拒否した",
  "STS could not be reached, or what answered was of no use":
    "STS に到達できなかった、または応答が役に立たなかった",
  "A code is needed, and nobody could be asked, or nobody gave one":
    "コードが必要だが、尋ねる相手がいない、または入力されなかった",
  "Interrupted, by Ctrl-C or a signal; a session that STS gave is written, unless that came twice":
    "Ctrl-C かシグナルで中断された。STS が発行したセッションは、二度中断されない限り書き込まれている",

  // Error codes.
  "The command line or a parameter is wrong":
    "コマンドラインまたはパラメーターの誤り",
  "Correct it as the hint says; --help shows what a command takes":
    "hint に従って直す。コマンドに指定できるものは --help が示す",
  "No TOTP code, and nobody to ask for one":
    "TOTP コードがなく、尋ねる相手もいない",
  "Run it in a terminal, or give the code with -t":
    "端末で実行するか、-t でコードを渡す",
  "The person who was asked for the code gave none":
    "コードを尋ねられた人が、入力しなかった",
  "Run it again when you have the code":
    "コードを用意してから、もう一度実行する",
  "Nobody typed the code while the question for it was open":
    "質問を表示している間に、コードが入力されなかった",
  "Call again: the person is asked anew": "もう一度呼び出すと、改めて尋ねる",
  "A person has to open a page and type the code there":
    "人がページを開いて、コードを入力する必要がある",
  "Open the link, type the code; then the agent calls again":
    "リンクを開いてコードを入力する。その後、エージェントがもう一度呼び出す",
  "The TOTP code is not six digits": "TOTP コードが 6 桁の数字ではない",
  "Type the six digits that the device shows; none was spent":
    "デバイスに表示される 6 桁の数字を入力する。コードは消費されていない",
  "The duration is out of what STS accepts":
    "有効期間が、STS の受け付ける範囲にない",
  "Take one of 15 minutes to 36 hours, as 90m or 12h":
    "15 分から 36 時間までの値を、90m や 12h のように指定する",
  "A name cannot stand in a section header":
    "名前が、セクションヘッダーに書けないもの",
  "Choose another name for the session with -sn":
    "セッションに付ける別の名前を -sn で指定する",
  "The credentials file does not exist": "認証情報ファイルが存在しない",
  "Make it, with your long-term key, or name another with -c":
    "長期アクセスキーを書いて作成するか、別のファイルを -c で指定する",
  "The path does not name a file that can be read and replaced":
    "認証情報ファイルが、読んで置き換えられるファイルではない",
  "Name a regular file with -c": "通常のファイルを -c で指定する",
  "The credentials file cannot be read": "認証情報ファイルを読めない",
  "Look at its permissions; updsts doctor says more":
    "アクセス権を確認する。詳しくは updsts doctor が示す",
  "The credentials file, or its directory, cannot be written":
    "認証情報ファイルか、そのディレクトリに書き込めない",
  "Look at permissions and free space; updsts doctor says more":
    "アクセス権と空き容量を確認する。詳しくは updsts doctor が示す",
  "Another updsts has held the lock for too long":
    "別の updsts が、長い間ロックしている",
  "Wait for it or end it, then run this again":
    "それが終わるのを待つか終了させてから、もう一度実行する",
  "Other programs changed the file again and again":
    "ほかのプログラムが、ファイルを何度も変更した",
  "Find out what writes it, then run this again":
    "何が書き込んでいるかを調べてから、もう一度実行する",
  "No such profile": "そのプロファイルはない",
  "updsts list shows the names that there are":
    "どのような名前があるかは、updsts list が示す",
  "The profile lacks an access key or a secret key":
    "プロファイルに、アクセスキーかシークレットキーがない",
  "Write both into the profile, or name another one":
    "両方をプロファイルに書くか、別のプロファイルを指定する",
  "The profile's keys are those of a session already":
    "プロファイルのキーが、すでにセッションのもの",
  "Name the profile with the long-term key":
    "長期アクセスキーを持つプロファイルを指定する",
  "No MFA device is known for the profile":
    "プロファイルの MFA デバイスがわからない",
  "Write mfa_device_arn into the profile, or give --device":
    "プロファイルに mfa_device_arn を書くか、--device を指定する",
  "The MFA device cannot give codes to STS, or is not a device":
    "MFA デバイスが、STS の受け付けるコードを生成できないか、デバイスではない",
  "Name a TOTP device; aws iam list-mfa-devices shows it":
    "TOTP デバイスを指定する。aws iam list-mfa-devices で確認できる",
  "Another setting of the profile is unusable":
    "プロファイルのほかの設定が使えない",
  "Correct the setting that the message names": "メッセージが示す設定を直す",
  "The region cannot be one": "リージョンとしてありえない値",
  "Correct region in the profile, or set AWS_REGION":
    "プロファイルの region を直すか、AWS_REGION を設定する",
  "The block of the profile is not as updsts wrote it":
    "プロファイルのブロックが、updsts の書いた形になっていない",
  "Repair the lines that the message names; the rest is untouched":
    "メッセージが示す行を直す。ファイルは何も変更されていない",
  "There is no managed block for the profile":
    "プロファイルに、updsts が管理するブロックがない",
  "updsts list shows which sessions there are":
    "どのようなセッションがあるかは、updsts list が示す",
  "The name for the session is in use outside of its block":
    "セッションに付ける名前が、ブロックの外で使われている",
  "Choose another one with -sn": "別の名前を -sn で指定する",
  "STS refused the TOTP code": "STS が TOTP コードを拒否した",
  "Wait for the next code; look at the device's name and the clock":
    "次のコードを待つ。デバイスの名前と時計も確認する",
  "STS does not know the MFA device as one of this user":
    "MFA デバイスが、このユーザーのものとして STS に登録されていない",
  "Name the device that aws iam list-mfa-devices shows for the key":
    "キーのユーザーについて aws iam list-mfa-devices が示すデバイスを指定する",
  "STS refused the access key or its signature":
    "STS がアクセスキーか、その署名を拒否した",
  "Look whether the key is active, and both its parts are right":
    "キーが有効か、ID とシークレットがどちらも正しいかを確認する",
  "STS refused for another reason": "STS がほかの理由で拒否した",
  "Read what STS says in the message": "メッセージにある STS の説明を読む",
  "STS asked to slow down": "STS が、間隔を空けるよう求めた",
  "Wait a minute, then run it again with a new code":
    "1 分待ってから、新しいコードでもう一度実行する",
  "STS failed on its own side": "STS の側で障害が起きた",
  "The answer of STS does not hold a session":
    "STS の応答が、セッションではなかった",
  "Look at endpoint and proxy: something else may have answered":
    "エンドポイントとプロキシを確認する。STS ではないものが応答した可能性がある",
  "No connection to STS": "STS に接続できない",
  "Look at network, proxy and region; updsts doctor says more":
    "ネットワーク、プロキシ、リージョンを確認する。詳しくは updsts doctor が示す",
  "STS did not answer in time": "STS が時間内に応答しなかった",
  "The code may be spent: run it again with a new one":
    "コードは消費された可能性がある。新しいコードでもう一度実行する",
  "The TLS certificate of STS's host is not trusted":
    "STS のホストの TLS 証明書が信頼されていない",
  "Behind a proxy that inspects TLS, set AWS_CA_BUNDLE":
    "TLS を検査するプロキシを使っている場合は、AWS_CA_BUNDLE を設定する",
  "The file that AWS_CA_BUNDLE names is unusable":
    "AWS_CA_BUNDLE で指定したファイルが使えない",
  "Name a PEM file with certificates, or unset the variable":
    "証明書の入った PEM ファイルを指定するか、変数の設定を解除する",
  "The host is outside of what this program may talk to":
    "このプログラムが通信を許されていないホスト",
  "Set the region or endpoint that the hint names":
    "hint が示すリージョンまたはエンドポイントを設定する",
  "What was found or done cannot be written to stdout":
    "結果を標準出力に書き込めない",
  "Look at where stdout goes; updsts list shows what was done":
    "標準出力の行き先を確認する。何が行われたかは updsts list が示す",
  "Whoever asked does not want it any more": "呼び出した側が取り消した",
  "Call again if it was a mistake": "誤って取り消した場合は、もう一度呼び出す",
  "A defect of this program": "このプログラムの不具合",
  "Report it, with what -v 2 shows": "-v 2 の出力を添えて報告する",

  // The tools.
  "Refresh an AWS session": "AWS のセッションを更新する",
  "Trades a profile's long-term key and a TOTP code for temporary AWS credentials and writes them into the credentials file. Without totp_token a person types the code where you cannot see it; if that takes longer than a call may, the answer says how to go on. Returns the name of the profile to use, and no secret.":
    "プロファイルの長期アクセスキーと TOTP コードを、AWS の一時的な認証情報と引き換え、認証情報ファイルに書き込みます。totp_token がない場合は、エージェントから見えないところで、人がコードを入力します。それが 1 回の呼び出しに許される時間を超えるときは、どう続ければよいかを返します。返すのは使用すべきプロファイルの名前で、シークレットは返しません。",
  "Profile that holds the long-term key": "長期アクセスキーを持つプロファイル",
  "Six-digit TOTP code of a tool that makes them. Leave it out to have the person type it, so that you never see it":
    "TOTP コードを生成するツールから得た 6 桁のコード。省略すると人が入力するので、エージェントの目に触れない",
  "Profile to write the session to": "セッションを書き込むプロファイル",
  "Credentials file to work on; leave out for the usual one":
    "対象の認証情報ファイル。省略すると通常のファイル",
  "How long the session lasts, in seconds, 900 to 129600":
    "セッションの有効期間（秒）。900 から 129600 まで",
  "Do nothing if the session in the file stays valid for this many seconds; 0 is the same as leaving it out":
    "ファイルにあるセッションがこの秒数以上有効であれば、何もしない。0 は省略と同じ",
  "Look up an AWS profile": "AWS のプロファイルを調べる",
  "Shows one profile of the AWS credentials file: key id, MFA device, expiry. Secrets are masks. The result is null if there is no such profile.":
    "AWS の認証情報ファイルから、1 つのプロファイルを示します。キー ID、MFA デバイス、有効期限がわかります。シークレットは伏せ字です。そのプロファイルがない場合、結果は null になります。",
  "Name of the profile": "プロファイルの名前",
  "List the AWS profiles": "AWS のプロファイルを一覧する",
  "Shows all profiles of the AWS credentials file: key id, MFA device, expiry. Secrets are masks.":
    "AWS の認証情報ファイルにあるすべてのプロファイルを示します。キー ID、MFA デバイス、有効期限がわかります。シークレットは伏せ字です。",
};

/** What translates, and afterwards tells whether each text was there, and each of use. */
export function japanese(texts = TEXTS): {
  readonly translate: (english: string) => string;
  /** @throws {Error} which names the texts */
  readonly assertComplete: () => void;
} {
  const asked = new Set<string>();
  return {
    translate: (english) => {
      asked.add(english);
      return texts[english] ?? english;
    },
    assertComplete: () => {
      const known = new Set(Object.keys(texts));
      const wrong = [
        ...[...asked.difference(known)].map((text) => `missing: ${text}`),
        ...[...known.difference(asked)].map((text) => `not used: ${text}`),
      ];
      if (wrong.length > 0) {
        throw new Error(
          `Correct the texts of .ci/reference/japanese.ts:\n${
            wrong.join("\n")
          }`,
        );
      }
    },
  };
}
