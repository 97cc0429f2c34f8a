import { parseAccountId, parseUserId } from "@kalends/domain/ids"
import { findDeep, parseXml, textAt, type XmlNode } from "@kalends/readers/xml"
import type { DeviceDoor, KnownDevice } from "../../../ports/device-door.ts"
import type { FrontAnswer, FrontRequest } from "../../../ports/device-front.ts"
import { fakeClock } from "../../../testing/fake-clock.ts"
import { memoryRooms } from "../../../testing/memory-rooms.ts"
import { seededRandom } from "../../../testing/seeded-random.ts"
import { createPolyFront } from "../index.ts"

const uuid = (digit: string) => `0198f7a0-0000-7000-8000-00000000000${digit}`

function deviceOf(digit: string, roomName: string): KnownDevice {
  return {
    deviceId: uuid(digit),
    room: { accountId: parseAccountId(uuid("a")), roomId: parseUserId(uuid(digit)) },
    ...{ roomName, roomAddress: `${roomName.toLowerCase()}@example.org`, language: "en" },
    ...{ username: `room-${roomName.toLowerCase()}`, password: `secret of ${roomName}` },
  }
}

/** Two rooms with a device each, and the front that they ask. */
export function frontWorld(startsAt?: string) {
  const clock = fakeClock(startsAt)
  const memory = memoryRooms(clock)
  const [orion, lyra] = [deviceOf("1", "Orion"), deviceOf("2", "Lyra")]
  const devices = new Map([orion, lyra].map((device) => [device.username, device]))
  const given: KnownDevice[] = []
  const refused: KnownDevice[] = []
  const door: { -readonly [Name in keyof DeviceDoor]: DeviceDoor[Name] } = {
    who: async (username: string) => devices.get(username.toLowerCase()) ?? null,
    given: async (device: KnownDevice) => void given.push(device),
    refused: (device: KnownDevice) => void refused.push(device),
    forget() {},
  }
  const front = createPolyFront({ agendas: memory, door, clock, random: seededRandom(1) })
  return { clock, memory, orion, lyra, devices, door, given, refused, front, ...talkTo(front) }
}

function talkTo(front: ReturnType<typeof createPolyFront>) {
  const requestOf = (body: string, more: Partial<FrontRequest> = {}): FrontRequest => ({
    ...{ method: "POST", path: "/EWS/Exchange.asmx", headers: {}, body, connection: {}, isConnectionShared: false },
    ...{ origin: "https://rooms.example.org", requestId: "r1", signal: new AbortController().signal },
    ...more,
  })
  return {
    requestOf,
    /** What the device is answered: the status, the code and the answer's body. */
    async ask(device: KnownDevice, body: string, more: Partial<FrontRequest> = {}) {
      const answer = await front.answer(requestOf(body, more), device)
      return { ...readAnswer(answer), headers: answer.headers }
    },
  }
}

function readAnswer({ status, body }: FrontAnswer) {
  const text = typeof body === "string" ? body : ""
  const node: XmlNode = parseXml(text)
  const code = findDeep(node, "ResponseCode")
  return { status, text, node, code: code === null ? null : textAt(code) }
}

const namespaces =
  'xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"'

export const envelope = (body: string, header = ""): string =>
  `<?xml version="1.0"?><s:Envelope ${namespaces}><s:Header>${header}</s:Header><s:Body>${body}</s:Body></s:Envelope>`

export const calendarView = (from: string, to: string, folder = '<t:DistinguishedFolderId Id="calendar"/>'): string =>
  envelope(
    `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:CalendarView StartDate="${from}" EndDate="${to}"/><m:ParentFolderIds>${folder}</m:ParentFolderIds></m:FindItem>`,
  )

export const itemById = (id: string, bodyType = "Text"): string =>
  envelope(
    `<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape><t:BodyType>${bodyType}</t:BodyType></m:ItemShape><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`,
  )
