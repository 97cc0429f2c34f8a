import {
  type AddedDeviceView,
  addedDeviceSchema,
  type CertificateView,
  certificateSchema,
  type DeviceBookingsView,
  type DeviceChange,
  type DeviceFamiliesView,
  type DevicesView,
  type DeviceTestView,
  type DeviceView,
  deviceBookingsSchema,
  deviceFamiliesSchema,
  deviceSchema,
  devicesSchema,
  deviceTestSchema,
  type NewDeviceBody,
} from "@kalends/protocol/devices"
import {
  type CertificatesView,
  certificatesSchema,
  type DeviceListAnswer,
  type DeviceListInput,
  deviceListAnswerSchema,
  type NewDevicesAnswer,
  newDevicesAnswerSchema,
} from "@kalends/protocol/many-devices"
import { call, queryOf, send } from "./api-call.ts"

const root = "/v1/devices"

/** The calls about rooms' video systems; each throws ApiProblem. */
export const videoApi = {
  families: (): Promise<DeviceFamiliesView> => call(deviceFamiliesSchema, "GET", `${root}/families`),
  ofRoom: (roomId: string): Promise<DevicesView> => call(devicesSchema, "GET", `${root}?${queryOf({ roomId })}`),
  page: (query: Readonly<Record<string, string | undefined>>): Promise<DevicesView> =>
    call(devicesSchema, "GET", `${root}?${queryOf(query)}`),
  certificate: (address: string): Promise<CertificateView> =>
    call(certificateSchema, "POST", `${root}/certificate`, { address }),
  certificates: (addresses: readonly string[]): Promise<CertificatesView> =>
    call(certificatesSchema, "POST", `${root}/certificates`, { addresses }),
  preview: (input: DeviceListInput): Promise<DeviceListAnswer> =>
    call(deviceListAnswerSchema, "POST", `${root}/batch/preview`, input),
  addMany: (devices: NewDeviceBody[]): Promise<NewDevicesAnswer> =>
    call(newDevicesAnswerSchema, "POST", `${root}/batch`, { devices }),
  add: (input: NewDeviceBody): Promise<AddedDeviceView> => call(addedDeviceSchema, "POST", root, input),
  change: (deviceId: string, change: DeviceChange): Promise<DeviceView> =>
    call(deviceSchema, "PATCH", `${root}/${deviceId}`, change),
  renewPassword: (deviceId: string): Promise<AddedDeviceView> =>
    call(addedDeviceSchema, "POST", `${root}/${deviceId}/password`),
  restore: (deviceId: string): Promise<DeviceView> => call(deviceSchema, "POST", `${root}/${deviceId}/restore`),
  remove: async (deviceId: string): Promise<void> => void (await send("DELETE", `${root}/${deviceId}`)),
  test: (deviceId: string): Promise<DeviceTestView> => call(deviceTestSchema, "POST", `${root}/${deviceId}/test`),
  bookings: (deviceId: string): Promise<DeviceBookingsView> =>
    call(deviceBookingsSchema, "GET", `${root}/${deviceId}/bookings`),
}
