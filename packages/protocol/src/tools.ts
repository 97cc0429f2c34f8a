import { z } from "zod"

const instant = z.iso.datetime()
const id = z.uuid()
const email = z.email().max(254)
const name = z.string().trim().min(1).max(120)

const face = {
  subject: z.string().trim().min(1).max(255),
  date: z.iso.date(),
  /** On the clock of `zone`; null: all day. */
  time: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .nullable(),
  /** IANA name, such as "Europe/Berlin". */
  zone: z.string().min(1).max(60),
  isRecurring: z.boolean(),
}

/**
 * POST /v1/tools/meetings: all that a scheduling tool ever says of an event (SPEC 3.1). What else it says is refused rather
 * than dropped, so that no tool sends a body or attendees without anybody noticing. `key`: 32 random hexadecimal digits of
 * the tool's own; asking again with the same makes nothing and gives back the first.
 */
export const toolMeetingInputSchema = z.strictObject({
  key: z.string().regex(/^[0-9a-f]{32}$/),
  ...face,
  templateId: id.optional(),
  /** E-mail address of the person whose meeting it is to be, who has allowed it; left out: one's own. */
  for: email.optional(),
})
export type ToolMeetingInput = z.input<typeof toolMeetingInputSchema>

/** PATCH /v1/tools/meetings/:meetingId: what is different in the event now. */
export const toolMeetingChangeSchema = z.strictObject({
  subject: face.subject.optional(),
  date: face.date.optional(),
  time: face.time.optional(),
  zone: face.zone.optional(),
  isRecurring: face.isRecurring.optional(),
})
export type ToolMeetingChange = z.input<typeof toolMeetingChangeSchema>

/** What a tool writes into the event. */
export const toolMeetingSchema = z.object({
  meetingId: id,
  joinUrl: z.string(),
  /** For the location field. */
  location: z.string(),
  /** To stand at the end of the description, between the marks of domain/body-block: lines, and the same as HTML. */
  block: z.object({ text: z.string(), html: z.string() }),
  /** When the link dies; null: not while the event is there. It is later once the saved event is found. */
  expiresAt: instant.nullable(),
})
export type ToolMeeting = z.infer<typeof toolMeetingSchema>

/** GET /v1/tools/meetings/:meetingId. */
export const toolMeetingStateSchema = toolMeetingSchema.extend({
  state: z.enum(["making", "live", "ending", "ended"]),
})
export type ToolMeetingState = z.infer<typeof toolMeetingStateSchema>

const defaults = z.object({
  /** What new meetings are made with; null: the service's own. */
  templateId: id.nullable(),
  /** Whether the tool adds a meeting to every event that the person writes. */
  addsToEveryEvent: z.boolean(),
})

/** GET /v1/tools/settings. */
export const toolSettingsSchema = z.object({
  person: z.object({ displayName: z.string(), email: z.string() }),
  /** Whether the person may use scheduling tools. */
  isOn: z.boolean(),
  templates: z.array(z.object({ templateId: id, name: z.string(), isDefault: z.boolean() })),
  defaults,
  mayScheduleFor: z.array(z.object({ email: z.string(), displayName: z.string(), managesPrivate: z.boolean() })),
})
export type ToolSettings = z.infer<typeof toolSettingsSchema>

/** PUT /v1/tools/defaults: one's own. `templateId` null: what the organisation has. */
export const toolDefaultsInputSchema = defaults
export type ToolDefaultsInput = z.input<typeof toolDefaultsInputSchema>

const template = {
  name,
  /** Lines that stand below the join link in the event. */
  text: z.string().trim().max(2_000),
  /** The meeting service that its meetings are made in, by name; null: the first that is set up. */
  backend: z.string().min(1).max(40).nullable(),
  isDefault: z.boolean(),
}
/** POST /v1/tools/templates, PUT /v1/tools/templates/:templateId. Of several, one is the default at most. */
export const toolTemplateInputSchema = z.object(template)
export type ToolTemplateInput = z.input<typeof toolTemplateInputSchema>
export const toolTemplateSchema = z.object({ templateId: id, ...template })
export type ToolTemplate = z.infer<typeof toolTemplateSchema>
/** GET /v1/tools/templates, for administrators. */
export const toolTemplatesSchema = z.object({
  templates: z.array(toolTemplateSchema),
  /** Names of the meeting services that are set up. */
  backends: z.array(z.string()),
})
export type ToolTemplates = z.infer<typeof toolTemplatesSchema>

const delegate = z.object({
  userId: id,
  email: z.string(),
  displayName: z.string(),
  /** Whether private events, too. */
  managesPrivate: z.boolean(),
  givenAt: instant,
  /** False where an administrator gave it. */
  isGivenByHost: z.boolean(),
})
/** GET /v1/me/delegates, and /v1/users/:userId/delegates for administrators: who may schedule for the person. */
export const delegatesSchema = z.object({ delegates: z.array(delegate) })
export type Delegates = z.infer<typeof delegatesSchema>
/** PUT of the same. */
export const delegateInputSchema = z.object({ email, managesPrivate: z.boolean() })
export type DelegateInput = z.input<typeof delegateInputSchema>

/** POST /v1/tools/sessions/code: a tool without a sign-in of its own asks for a code to show. */
export const toolCodeInputSchema = z.object({
  /** Names the tool and where it runs, such as "Browser extension, Firefox on Linux": the person sees it before they agree. */
  deviceName: name,
})
export const toolCodeSchema = z.object({
  /** To be shown, and typed in the portal (#tools, "Connect a tool"). */
  code: z.string(),
  /** The tool's own, told to nobody else. Once the person has agreed it is a session token that opens /v1/tools/… */
  token: z.string(),
  expiresAt: instant,
  /** The service's time. */
  now: instant,
  /** How often to ask whether the person has agreed. */
  pollSeconds: z.number().int().positive(),
})
export type ToolCode = z.infer<typeof toolCodeSchema>

/** GET /v1/tools/sessions/code, with the tool's token. 401 (code "pairing-over") once the code is over or was refused. */
export const toolCodeStateSchema = z.object({ state: z.enum(["waiting", "connected"]) })

/**
 * POST /v1/tools/sessions/:door (entra, google, exchange; those that are set up): what the place where the tool runs says of
 * its person, for a session of the tool's. Answers as POST /v1/sessions.
 */
export const toolDoorInputSchema = z.object({ token: z.string().min(1).max(16_000), deviceName: name })
export type ToolDoorInput = z.input<typeof toolDoorInputSchema>
/** POST /v1/tools/identities/:door, signed in (by a code, say): from now on what the tool brings stands for this person. */
export const toolIdentityInputSchema = z.object({ token: z.string().min(1).max(16_000) })
/** GET /v1/tools/doors: which ways in are set up. */
export const toolDoorsSchema = z.object({
  doors: z.array(
    z.object({
      door: z.string(),
      /** issued: a token of an OpenID issuer. server: one that a mail server has signed. */
      kind: z.enum(["issued", "server"]),
      /** The tool's applications at the issuer. */
      clientIds: z.array(z.string()),
      issuer: z.string().nullable(),
    }),
  ),
})

/** GET /v1/tools/downloads: every tool, with the files that this service has of it, and what tells the real one. */
export const toolDownloadsSchema = z.object({
  serviceUrl: z.string(),
  tools: z.array(
    z.object({
      name: z.string(),
      applicationIds: z.array(z.string()),
      files: z.array(
        z.object({
          name: z.string(),
          sizeBytes: z.number().int(),
          sha256: z.string(),
          manifestId: z.string().nullable(),
        }),
      ),
    }),
  ),
})
export type ToolDownloads = z.infer<typeof toolDownloadsSchema>

/** POST /v1/tools/connections/look: whose code it is, before the person agrees. POST /v1/tools/connections: they agree. */
export const toolConnectInputSchema = z.object({ code: z.string().max(40) })
export const toolConnectViewSchema = z.object({ deviceName: z.string(), expiresAt: instant })
