// Opens a page, says where or why not, and ends: a process with an environment of its own.
import { UpdstsError } from "../../src/errors.ts";
import { Question } from "../../src/page/question.ts";
import { PageServer } from "../../src/page/page_server.ts";

const clock = { now: () => new Date() };
const prompt = {
  ...{ profile: "default", device: "arn:aws:iam::123456789012:mfa/alice" },
  ...{ file: undefined, client: undefined },
};
try {
  const page = new PageServer(clock).show(new Question(prompt, clock));
  console.log(page.url);
} catch (error) {
  console.log(error instanceof UpdstsError ? error.code : error);
}
