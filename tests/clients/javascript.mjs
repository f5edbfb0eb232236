// The AWS SDK for JavaScript v3 against the server at ENDPOINT, in the bucket BUCKET.
// Run by test_javascript.py, which names each test.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { PassThrough, Readable } from "node:stream";
import { test } from "node:test";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";

const Bucket = process.env.BUCKET;
const s3 = new S3Client({
  endpoint: process.env.ENDPOINT,
  forcePathStyle: true,
  maxAttempts: 1,
});

const read = async (Key, more = {}) => {
  const answer = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return Buffer.from(await answer.Body.transformToByteArray());
};

const md5 = (bytes) => createHash("md5").update(bytes).digest("hex");

test("put, get, head, list and delete", async () => {
  const Key = "dir/ü + 1 & <2>.txt";
  const request = { Bucket, Key, Body: "hello", Metadata: { a: "b" } };
  const put = await s3.send(new PutObjectCommand(request));
  assert.equal(put.ETag, `"${md5("hello")}"`);
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key }));
  assert.equal(head.ContentLength, 5);
  assert.deepEqual(head.Metadata, { a: "b" });
  assert.equal((await read(Key)).toString(), "hello");
  const listed = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "dir/" }));
  assert.deepEqual(listed.Contents.map((row) => row.Key), [Key]);
  await s3.send(new DeleteObjectCommand({ Bucket, Key }));
  const after = await s3.send(new ListObjectsV2Command({ Bucket }));
  assert.equal(after.KeyCount, 0);
});

test("a large stream through lib-storage", async () => {
  const body = randomBytes(40 * 1024 * 1024 + 7);
  const params = { Bucket, Key: "large", Body: Readable.from(slices(body, 1_000_003)) };
  await new Upload({ client: s3, params, queueSize: 4, partSize: 6 * 1024 * 1024 }).done();
  assert.equal(md5(await read("large")), md5(body));
  const middle = await read("large", { Range: "bytes=6291450-6291470" });
  assert.ok(middle.equals(body.subarray(6291450, 6291471)));
});

test("a stream of unknown length", async () => {
  const Body = new PassThrough();
  Body.write("one ");
  setTimeout(() => Body.end("two"), 50);
  await new Upload({ client: s3, params: { Bucket, Key: "unknown", Body } }).done();
  assert.equal((await read("unknown")).toString(), "one two");
});

test("presigned requests", async () => {
  const Key = "pre signed";
  const put = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key }), { expiresIn: 60 });
  assert.equal((await fetch(put, { method: "PUT", body: Buffer.from("by url") })).status, 200);
  const get = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key }), { expiresIn: 60 });
  assert.equal(await (await fetch(get)).text(), "by url");
  assert.equal((await fetch(get.replace("X-Amz-Expires=60", "X-Amz-Expires=61"))).status, 403);
});

test("a presigned post form", async () => {
  const Conditions = [["content-length-range", 1, 10], ["starts-with", "$Content-Type", "text/"]];
  const post = async (content, kind) => {
    const { url, fields } = await createPresignedPost(s3, {
      Bucket,
      Key: "posted/${filename}",
      Conditions,
      Fields: { "Content-Type": kind, success_action_status: "201" },
    });
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append("file", new Blob([content]), "name.txt");
    return fetch(url, { method: "POST", body: form });
  };
  const good = await post("0123456789", "text/plain");
  assert.equal(good.status, 201, await good.clone().text());
  assert.match(await good.text(), /<Key>posted\/name.txt<\/Key>/);
  assert.equal((await read("posted/name.txt")).toString(), "0123456789");
  const long = await post("0123456789a", "text/plain");
  assert.equal(long.status, 400);
  assert.match(await long.text(), /<Code>EntityTooLarge<\/Code>/);
  assert.equal((await post("x", "image/png")).status, 403);
});

test("conditional puts have one winner", async () => {
  const attempt = async (number) => {
    try {
      const Body = String(number);
      await s3.send(new PutObjectCommand({ Bucket, Key: "race", Body, IfNoneMatch: "*" }));
      return Body;
    } catch (error) {
      assert.ok([409, 412].includes(error.$metadata.httpStatusCode), String(error));
      return undefined;
    }
  };
  const outcomes = await Promise.all(Array.from({ length: 24 }, (_, number) => attempt(number)));
  const winners = outcomes.filter((outcome) => outcome !== undefined);
  assert.equal(winners.length, 1);
  assert.equal((await read("race")).toString(), winners[0]);
});

test("errors are typed", async () => {
  await assert.rejects(read("never was"), (error) => error instanceof NoSuchKey);
  await assert.rejects(
    s3.send(new CreateBucketCommand({ Bucket: "Not_A_Name" })),
    (error) => error.name === "InvalidBucketName" && error.$metadata.httpStatusCode === 400,
  );
});

test("an object in parts is read by part", async () => {
  const body = randomBytes(11 * 1024 * 1024);
  const params = { Bucket, Key: "parts", Body: body, ChecksumAlgorithm: "CRC32" };
  await new Upload({ client: s3, params, partSize: 5 * 1024 * 1024 }).done();
  const second = await read("parts", { PartNumber: 2 });
  assert.ok(second.equals(body.subarray(5 * 1024 * 1024, 10 * 1024 * 1024)));
});

function* slices(bytes, size) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
