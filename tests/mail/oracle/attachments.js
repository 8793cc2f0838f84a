// What mailparser and postal-mime find in each mail: one JSON line a mail.
//
// Standard input: one path a line. Standard output, for each: the path, and for each
// parser its attachments (name, media type, bytes, SHA-256) or null if it failed. An
// enclosed mail is opened by the parser that found it, and stands for what is in it.
// Line ends are left out of both figures: the parsers write them anew.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

import { simpleParser } from "mailparser";
import PostalMime from "postal-mime";

const MAX_DEPTH = 30;

const mailparser = async (raw) => {
  const mail = await simpleParser(raw, { skipHtmlToText: true, skipTextToHtml: true });
  return mail.attachments.map((one) => [one.filename, one.contentType, one.content]);
};

const postalMime = async (raw) => {
  const mail = await PostalMime.parse(raw);
  return mail.attachments.map(
    (one) => [one.filename, one.mimeType, Buffer.from(one.content)],
  );
};

const leaves = async (parser, raw, depth = 0) => {
  const found = [];
  for (const [name, type, content] of await parser(raw)) {
    if (type === "message/rfc822" && depth < MAX_DEPTH) {
      found.push(...await leaves(parser, content, depth + 1));
    } else {
      const letters = content.filter((byte) => byte !== 10 && byte !== 13);
      const sha256 = createHash("sha256").update(letters).digest("hex");
      found.push({ name: name ?? "", type, bytes: letters.length, sha256 });
    }
  }
  return found;
};

const orNull = (promise) => promise.catch(() => null);

for await (const path of createInterface({ input: process.stdin })) {
  const raw = readFileSync(path);
  console.log(JSON.stringify({
    path,
    mailparser: await orNull(leaves(mailparser, raw)),
    "postal-mime": await orNull(leaves(postalMime, raw)),
  }));
}
