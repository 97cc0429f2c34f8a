import { expect, test } from "vitest"
import { deviceListOf, sampleList } from "./device-list.ts"

const families = [
  { name: "cisco", label: "Cisco", isCalled: true },
  { name: "poly", label: "Poly Studio", isCalled: false },
]
const of = (text: string) => deviceListOf(text, families)
const problemsOf = (text: string) =>
  of(text).problems.map(({ kind, line, column, name }) => [kind, `${line}:${column}`, name].join(" "))

test("a list is read by the heads of its columns, however they are written, in any order", () => {
  const digest = "AB:".repeat(31).concat("AB")
  const { devices, problems, passedOver } = of(
    `Password;Room e-mail;Kind;IP-Address;User name;SHA-256;Keep others;Floor\nsecret;Orion@example.org;CISCO;10.20.0.7:8443;integrator;SHA256 Fingerprint=${digest};yes;3\n;会議室 A;poly studio;;;;;`,
  )
  expect([problems, passedOver]).toEqual([[], ["Floor"]])
  expect(devices).toEqual([
    {
      ...{ line: 2, room: "Orion@example.org", isCalled: true, familyLabel: "Cisco" },
      input: {
        ...{ family: "cisco", name: "Cisco Orion@example.org", address: "10.20.0.7:8443", username: "integrator" },
        ...{ password: "secret", certificate: "ab".repeat(32), keepsOthers: true },
        ...{ startBufferMinutes: 5, endBufferMinutes: 0 },
      },
    },
    {
      ...{ line: 3, room: "会議室 A", isCalled: false, familyLabel: "Poly Studio" },
      input: {
        ...{ family: "poly", name: "Poly Studio 会議室 A", address: null, username: null, password: null },
        ...{ certificate: null, keepsOthers: false, startBufferMinutes: 5, endBufferMinutes: 0 },
      },
    },
  ])
})

test("a password is taken as it is written, and nothing of a list without heads is shown", () => {
  const [device] = of('room,family,address,username,password\n Orion ,cisco,10.0.0.1,admin," a ""b"" "').devices
  expect([device?.room, device?.input.password]).toEqual(["Orion", ' a "b" '])
  const headless = of("Orion,cisco,10.0.0.1,admin,top secret\nLyra,cisco,10.0.0.2,admin,top secret")
  expect(headless.passedOver).toEqual([])
  expect(headless.problems.map(({ kind }) => kind)).toEqual(["column-missing", "column-missing"])
})

test("heads may be in Japanese", () => {
  const { devices, problems } = of(
    "会議室,種類,名前,アドレス,ユーザー名,パスワード\nOrion,Cisco,端末,10.0.0.1,admin,secret",
  )
  expect(problems).toEqual([])
  expect(devices[0]?.input).toMatchObject({ name: "端末", address: "10.0.0.1", username: "admin", password: "secret" })
})

test("what is wrong is said by line, column and name, and nothing of a password with it", () => {
  const text = [
    "room,family,address,username,password,certificate,end buffer",
    "Orion,cisco,10.0.0.1,admin,top secret,12:34,5",
    "Orion,unheard,10.0.0.2,admin,top secret,,5",
    "Lyra,cisco,http://10.0.0.3,,,,31",
    "Draco,cisco,10.0.0.4,admin,top secret,,",
    "Draco,cisco,10.0.0.4,admin,top secret,,",
    ",poly,,,,,",
  ].join("\n")
  expect(problemsOf(text)).toEqual([
    ...["wrong 2:39 certificate", "wrong 3:7 family", "wrong 4:12 address"],
    ...[
      "needed 4:28 username",
      "needed 4:29 password",
      "wrong 4:31 endBufferMinutes",
      "doubled 6:13 address",
      "needed 7:1 room",
    ],
  ])
  expect(JSON.stringify(of(text).problems)).not.toContain("secret")
})

test("yes and no are said in either language, and no other word is taken for one", () => {
  const row = (said: string) => `room,family,address,username,password,keepsOthers\nOrion,cisco,10.0.0.1,a,b,${said}`
  const keeps = ["Yes", "はい", "no", "いいえ", ""].map((said) => of(row(said)).devices[0]?.input.keepsOthers)
  expect(keeps).toEqual([true, true, false, false, false])
  expect(problemsOf(row("constructor"))).toEqual(["wrong 2:26 keepsOthers"])
})

test("a list without what it needs is not read, and says so", () => {
  expect(problemsOf("")).toEqual(["empty 1:1 "])
  expect(problemsOf("room,family\n")).toEqual(["empty 2:1 "])
  expect(problemsOf("room,room name\nOrion,Orion")).toEqual(["column-twice 1:6 room", "column-missing 1:1 family"])
  expect(problemsOf('room,family\n"Orion,cisco')).toEqual(["quote-open 2:1 "])
  expect(problemsOf(`room,family\n${"Orion,poly\n".repeat(501)}`)).toEqual(["too-many 502:1 "])
})

test("the sample can be read", () => {
  const { devices, problems, passedOver } = of(sampleList(families))
  expect([problems, passedOver]).toEqual([[], []])
  expect(devices.map(({ room, isCalled }) => `${room} ${isCalled}`)).toEqual([
    ...["orion@example.org true", "Lyra true", "Draco false"],
  ])
})
