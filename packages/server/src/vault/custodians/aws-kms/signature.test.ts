import { expect, test } from "vitest"
import { signedHeaders } from "./signature.ts"

// Published in AWS's own test suite for Signature Version 4: "post-vanilla", "post-x-www-form-urlencoded" and
// "post-sts-header-before".
const suite = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  sessionToken: null,
}
const at = Temporal.Instant.from("2015-08-30T12:36:00Z")
const plain = {
  ...{ url: new URL("https://example.amazonaws.com/"), headers: {}, body: "" },
  ...{ region: "us-east-1", service: "service" },
}
const signed = (names: string, signature: string) =>
  `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${names}, Signature=${signature}`

test("signs as AWS's published examples do", () => {
  expect(signedHeaders(plain, suite, at)).toMatchObject({
    "x-amz-date": "20150830T123600Z",
    authorization: signed("host;x-amz-date", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
  })
  const form = { "content-type": "application/x-www-form-urlencoded" }
  expect(signedHeaders({ ...plain, headers: form, body: "Param1=value1" }, suite, at).authorization).toBe(
    signed("content-type;host;x-amz-date", "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
  )
  expect(signedHeaders({ ...plain, headers: { "my-header1": "VALUE1" } }, suite, at).authorization).toBe(
    signed("host;my-header1;x-amz-date", "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"),
  )
})

test("a session token is signed too", () => {
  const sessionToken =
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="
  expect(signedHeaders(plain, { ...suite, sessionToken }, at).authorization).toBe(
    signed("host;x-amz-date;x-amz-security-token", "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"),
  )
})
