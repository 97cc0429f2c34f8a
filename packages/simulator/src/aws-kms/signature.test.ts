import { expect, test } from "vitest"
import { type Asked, claimOf, signatureOf } from "./signature.ts"

// AWS's published suite for Signature Version 4, of which each case names its signature.
const secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
const cases: readonly (readonly [string, Partial<Asked> & { readonly names: string }, string])[] = [
  ["get-vanilla", { names: "host;x-amz-date" }, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"],
  [
    "post-vanilla",
    { method: "POST", names: "host;x-amz-date" },
    "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
  ],
  [
    "get-vanilla-query-order-key-case",
    { url: new URL("https://example.amazonaws.com/?Param2=value2&Param1=value1"), names: "host;x-amz-date" },
    "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
  ],
  [
    "post-x-www-form-urlencoded",
    {
      ...{ method: "POST", names: "content-type;host;x-amz-date", body: "Param1=value1" },
      headers: { "content-type": "application/x-www-form-urlencoded" },
    },
    "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
  ],
  [
    "post-header-value-case",
    { method: "POST", names: "host;my-header1;x-amz-date", headers: { "my-header1": "VALUE1" } },
    "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d",
  ],
]

test.each(cases)("agrees with AWS's published case %s", (_name, { names, ...given }, signature) => {
  const asked = {
    method: "GET",
    url: new URL("https://example.amazonaws.com/"),
    body: "",
    ...given,
    headers: {
      ...given.headers,
      ...{ host: "example.amazonaws.com", "x-amz-date": "20150830T123600Z" },
      authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${names}, Signature=${signature}`,
    },
  }
  const claim = claimOf(asked)
  expect(claim).not.toBeNull()
  if (claim === null) return
  expect(signatureOf(asked, claim, secret)).toBe(signature)
  expect(signatureOf({ ...asked, body: `${asked.body}x` }, claim, secret)).not.toBe(signature)
})
