import { z } from "zod"
import { addedDeviceSchema, certificateSchema, deviceAddressSchema, newDeviceSchema } from "./devices.ts"

const id = z.uuid()

/** As many video systems as a list has at most, and as many as are made, or called for their certificates, at once. */
export const listedDevicesMost = 500
export const devicesAtOnce = 20

/** POST /v1/devices/batch/preview (change-rooms): whose room each is, and whether it is here already. Makes nothing. */
export const deviceListSchema = z.object({
  devices: z
    .array(
      z.object({
        /** The room's address, or its whole name in any case of letters. */
        room: z.string().trim().min(1).max(254),
        family: newDeviceSchema.shape.family,
        name: newDeviceSchema.shape.name,
        address: newDeviceSchema.shape.address,
      }),
    )
    .min(1)
    .max(listedDevicesMost),
})
export type DeviceListInput = z.input<typeof deviceListSchema>
/** In the order that they were given in. */
export const deviceListAnswerSchema = z.object({
  devices: z.array(
    z.discriminatedUnion("outcome", [
      z.object({ outcome: z.literal("new"), roomId: id, roomName: z.string() }),
      /** One with its address is here already; of those that ask, one of its kind, name and room. */
      z.object({ outcome: z.literal("known"), roomName: z.string(), name: z.string() }),
      z.object({ outcome: z.literal("refused"), code: z.enum(["no-room", "several-rooms", "no-family"]) }),
    ]),
  ),
})
export type DeviceListAnswer = z.infer<typeof deviceListAnswerSchema>

/** POST /v1/devices/certificates (change-rooms): the certificates that are shown at these addresses, to be compared and pinned. */
export const certificatesInputSchema = z.object({ addresses: z.array(deviceAddressSchema).min(1).max(devicesAtOnce) })
/** In the order that they were given in. */
export const certificatesSchema = z.object({
  certificates: z.array(
    z.discriminatedUnion("outcome", [
      z.object({ outcome: z.literal("shown"), certificate: certificateSchema }),
      z.object({ outcome: z.literal("refused"), code: z.string() }),
    ]),
  ),
})
export type CertificatesView = z.infer<typeof certificatesSchema>

/** POST /v1/devices/batch (change-rooms): each by itself, so that one that is refused keeps no other from being made. */
export const newDevicesSchema = z.object({ devices: z.array(newDeviceSchema).min(1).max(devicesAtOnce) })
export type NewDevicesBody = z.input<typeof newDevicesSchema>
/** In the order that they were given in. What is here already is left alone. */
export const newDevicesAnswerSchema = z.object({
  outcomes: z.array(
    z.discriminatedUnion("outcome", [
      z.object({ outcome: z.literal("added"), ...addedDeviceSchema.shape }),
      z.object({ outcome: z.literal("known") }),
      z.object({ outcome: z.literal("refused"), code: z.string() }),
    ]),
  ),
})
export type NewDevicesAnswer = z.infer<typeof newDevicesAnswerSchema>
