# Installs updsts @VERSION@, or brings an older one up to date.
#
#   irm https://github.com/@REPOSITORY@/releases/latest/download/install.ps1 | iex
#   powershell -ExecutionPolicy Bypass -File install.ps1 -Uninstall
#
# $env:UPDSTS_PREFIX    where to; %LOCALAPPDATA%\Programs\updsts unless set
# $env:UPDSTS_MIRROR    where the archives are, if not at GitHub
#
# Nothing is installed unless the archive has the hash that stands in here.
param([switch] $Uninstall)

# A block of its own: with iex, settings would stay in the session that ran it.
& {
    param([bool] $Uninstall)

    Set-StrictMode -Version 3.0
    $ErrorActionPreference = 'Stop'
    # Windows PowerShell takes minutes for a download whose progress it draws.
    $ProgressPreference = 'SilentlyContinue'

    # The SHA-256 of each archive, as sha256sum writes it.
    $sums = @'
@SUMS@
'@

    $directory = $env:UPDSTS_PREFIX
    if (-not $directory) { $directory = Join-Path $env:LOCALAPPDATA 'Programs\updsts' }
    $program = Join-Path $directory 'updsts.exe'
    $old = "$program.old"

    if ($Uninstall) {
        foreach ($file in @($program, $old)) {
            if (Test-Path -LiteralPath $file) {
                Remove-Item -Force -LiteralPath $file
                Write-Output "Removed $file"
            }
        }
        return
    }

    # 32-bit PowerShell tells the system's own processor in the second variable.
    $processor = $env:PROCESSOR_ARCHITEW6432
    if (-not $processor) { $processor = $env:PROCESSOR_ARCHITECTURE }
    $target = switch ($processor) {
        'AMD64' { 'x86_64-pc-windows-msvc' }
        'ARM64' { 'aarch64-pc-windows-msvc' }
        default { throw "updsts: Cannot install: There is no updsts for this processor: $processor" }
    }
    $archive = "updsts-@VERSION@-$target.zip"
    $line = $sums -split "`r?`n" | Where-Object { $_.EndsWith("  $archive") }
    if (-not $line) { throw "updsts: Cannot install: This release has no $archive" }
    $expected = $line.Substring(0, 64)

    $mirror = $env:UPDSTS_MIRROR
    if (-not $mirror) { $mirror = 'https://github.com/@REPOSITORY@/releases/download/v@VERSION@' }
    $stage = Join-Path ([IO.Path]::GetTempPath()) "updsts-$([Guid]::NewGuid())"
    New-Item -ItemType Directory -Path $stage | Out-Null
    try {
        Write-Output "Downloading $archive"
        # What Windows PowerShell offers by itself on older systems, GitHub refuses.
        [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
        $zip = Join-Path $stage $archive
        Invoke-WebRequest -UseBasicParsing -Uri "$mirror/$archive" -OutFile $zip
        $found = (Get-FileHash -Algorithm SHA256 -LiteralPath $zip).Hash
        if ($found -ne $expected) {
            throw "updsts: Cannot install: The archive is not the one that was released: its SHA-256 is $found, and should be $expected. Nothing was installed."
        }
        $unpacked = Join-Path $stage 'unpacked'
        Expand-Archive -LiteralPath $zip -DestinationPath $unpacked
        $new = Join-Path $unpacked 'updsts.exe'
        $version = & $new --version
        if ($version -ne '@VERSION@') { throw 'updsts: Cannot install: The program does not run on this system.' }

        New-Item -ItemType Directory -Force -Path $directory | Out-Null
        # A program that runs cannot be replaced, but renamed.
        if (Test-Path -LiteralPath $program) { Move-Item -Force -LiteralPath $program -Destination $old }
        try {
            Move-Item -LiteralPath $new -Destination $program
        } catch {
            if (Test-Path -LiteralPath $old) { Move-Item -Force -LiteralPath $old -Destination $program }
            throw
        }
        Remove-Item -Force -LiteralPath $old -ErrorAction SilentlyContinue
    } finally {
        Remove-Item -Recurse -Force -LiteralPath $stage -ErrorAction SilentlyContinue
    }

    Write-Output "Installed updsts $version in $directory"
    if (($env:Path -split ';') -notcontains $directory) {
        Write-Output "$directory is not on your PATH. Add it under 'Edit environment variables for your account'; for this window:"
        Write-Output "  `$env:Path = `"$directory;`$env:Path`""
    }
    Write-Output 'Next: updsts doctor'
} $Uninstall.IsPresent
