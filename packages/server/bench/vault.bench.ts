import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto"
import { boxKey, open, seal } from "../src/vault/sealed-box.ts"
import { atLeast, type Figure, median, report } from "./kit/figures.ts"

/** Some 2 KiB: what an access token of a large organisation weighs. */
const payloadBytes = 2048
const perRound = 200
const warmUpRounds = 20
const rounds = 101
const leastShare = 0.5

/** Boxes each second for one call of `act`, `perRound` times. */
function rate(act: () => unknown): number {
  const startedAt = process.hrtime.bigint()
  for (let count = 0; count < perRound; count++) act()
  return (perRound * 1e9) / Number(process.hrtime.bigint() - startedAt)
}

/** Both in turn, so that a busy machine slows both; the medians are compared. */
function compare(name: string, ours: () => unknown, raw: () => unknown): Figure {
  const seen: { readonly ours: number; readonly raw: number }[] = []
  for (let round = -warmUpRounds; round < rounds; round++) {
    const isOursFirst = round % 2 === 0
    const first = rate(isOursFirst ? ours : raw)
    const second = rate(isOursFirst ? raw : ours)
    if (round >= 0) seen.push(isOursFirst ? { ours: first, raw: second } : { ours: second, raw: first })
  }
  return atLeast(name, "boxes/s", median(seen.map((pair) => pair.ours)), {
    baseline: median(seen.map((pair) => pair.raw)),
    least: leastShare,
  })
}

/** Sealing and opening beside bare AES-256-GCM of the same payload, nonces drawn in both. */
export async function benchVault(): Promise<readonly Figure[]> {
  const text = randomBytes(payloadBytes)
  const bytes = randomBytes(32)
  const key = boxKey(1, bytes)
  const random = { bytes: (count: number) => randomBytes(count) }
  const context = "secret\n0b7f1f63-5e0c-4f5e-9a55-1d2f3c4b5a69\n5c4b3a29-1807-4f6e-8d5c-4b3a29180716\naccess-token"
  const box = seal(key, context, text, random)
  const encrypt = () => {
    const nonce = randomBytes(12)
    const cipher = createCipheriv("aes-256-gcm", bytes, nonce)
    return { nonce, encrypted: Buffer.concat([cipher.update(text), cipher.final()]), tag: cipher.getAuthTag() }
  }
  const made = encrypt()
  const decrypt = () => {
    const decipher = createDecipheriv("aes-256-gcm", bytes, made.nonce)
    decipher.setAuthTag(made.tag)
    return Buffer.concat([decipher.update(made.encrypted), decipher.final()])
  }
  return [
    compare("seal 2 KiB", () => seal(key, context, text, random), encrypt),
    compare("open 2 KiB", () => open(key, context, box), decrypt),
  ]
}

if (import.meta.main) report(await benchVault())
