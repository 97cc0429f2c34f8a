import { expect, test } from "vitest"
import { canSave, draftOf, emptyDraft, foundTemplates, inputOf, previewOf, servicesFor } from "./template-draft.ts"

const template = { templateId: "1", name: "With dial-in", text: "Dial 1234", backend: "zoom", isDefault: true }

test("a template is saved once it has a name and something is different", () => {
  expect(canSave(emptyDraft, emptyDraft)).toBe(false)
  expect(canSave({ ...emptyDraft, text: "Dial 1234" }, emptyDraft)).toBe(false)
  expect(canSave({ ...emptyDraft, name: "Lectures" }, emptyDraft)).toBe(true)
  expect(canSave(draftOf(template), draftOf(template))).toBe(false)
  expect(canSave({ ...draftOf(template), name: "With dial-in  " }, draftOf(template))).toBe(false)
  expect(canSave({ ...draftOf(template), isDefault: false }, draftOf(template))).toBe(true)
})

test("blanks around what was typed are not sent", () => {
  expect(inputOf({ ...emptyDraft, name: " A ", text: "\nDial\n" })).toEqual({ ...emptyDraft, name: "A", text: "Dial" })
})

test("the preview has the link, and the lines below it where there are any", () => {
  expect(previewOf(draftOf(template), "Join: …")).toBe("Join: …\nDial 1234")
  expect(previewOf(emptyDraft, "Join: …")).toBe("Join: …")
})

test("templates are found by their name and by their lines, in any case", () => {
  const other = { ...template, templateId: "2", name: "Lectures", text: "" }
  expect(foundTemplates([template, other], " DIAL 12 ")).toEqual([template])
  expect(foundTemplates([template, other], "lec")).toEqual([other])
  expect(foundTemplates([template, other], "")).toHaveLength(2)
})

test("a meeting service that is gone stays chosen until another is", () => {
  expect(servicesFor(["zoom"], "bigbluebutton")).toEqual(["zoom", "bigbluebutton"])
  expect(servicesFor(["zoom"], "zoom")).toEqual(["zoom"])
  expect(servicesFor(["zoom"], null)).toEqual(["zoom"])
})
