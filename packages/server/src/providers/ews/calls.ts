import type { Access } from "@kalends/domain/access"
import type { ItemName } from "@kalends/readers/ews/get-item"

import type { ReadResponse } from "@kalends/readers/reader"
import type { Clock } from "../../ports/clock.ts"
import type { HttpClient, IncomingResponse, OutgoingRequest } from "../../ports/http-client.ts"
import { createAsk, passwordOf, problemIn, type Target } from "./calls/ask.ts"
import { findCalendarFolders, getCalendarFolder } from "./calls/folders.ts"
import { findByProperty, getItem, getItems } from "./calls/get-items.ts"
import { resolveNames } from "./calls/resolve-names.ts"
import { getRoomLists, getRooms } from "./calls/rooms.ts"
import { getEvents, openStream, type Subscription, subscribe, unsubscribe } from "./calls/stream.ts"
import { syncFolderItems } from "./calls/sync-folder-items.ts"
import { createItem, deleteItem, type Update, updateItem } from "./calls/write-item.ts"

export type EwsCalls = ReturnType<typeof createEwsCalls>

/** One function for each operation, each with a file of its own in `calls/`; no decisions. All addresses are user-given. */
export function createEwsCalls({ http, clock }: { readonly http: HttpClient; readonly clock: Clock }) {
  const ask = createAsk({ http, clock })
  const calling = { ask, clock }
  return {
    ask,
    /** A request to an Autodiscover service; whatever it answers comes back, but for a refused password, which is thrown. */
    async askAutodiscover(
      request: OutgoingRequest,
      credentials: { readonly username: string; readonly password: string },
      signal: AbortSignal,
    ): Promise<IncomingResponse> {
      const response = await http.send({ ...request, ntlm: credentials, isRepeatable: true, isUserGiven: true, signal })
      const problem = response.status === 401 ? problemIn(request.url, response, clock) : null
      if (problem !== null) throw problem
      return response
    },
    problemIn: (access: Access, response: ReadResponse) => problemIn(passwordOf(access).server, response, clock),
    getCalendarFolder: (target: Target) => getCalendarFolder(ask, clock, target),
    findCalendarFolders: (target: Target) => findCalendarFolders(ask, clock, target),
    resolveNames: (target: Target, text: string) => resolveNames(ask, clock, target, text),
    getRoomLists: (target: Target) => getRoomLists(ask, clock, target),
    getRooms: (target: Target, list: string) => getRooms(ask, clock, target, list),
    syncFolderItems: (target: Target, folderId: string, state: string | null) =>
      syncFolderItems(calling, target, folderId, state),
    getItems: (target: Target, names: readonly ItemName[], shape: string) => getItems(calling, target, names, shape),
    getItem: (target: Target, name: ItemName, shape: string) => getItem(calling, target, name, shape),
    findByProperty: (target: Target, folderId: string, by: { readonly property: string; readonly value: string }) =>
      findByProperty(calling, target, folderId, by),
    createItem: (target: Target, folderId: string, content: string) => createItem(calling, target, folderId, content),
    updateItem: (target: Target, update: Update) => updateItem(calling, target, update),
    deleteItem: (target: Target, name: ItemName) => deleteItem(calling, target, name),
    subscribe: (target: Target, folderIds: readonly string[], isPull = false) =>
      subscribe(ask, clock, target, { folderIds, isPull }),
    getEvents: (target: Target, subscription: Subscription, watermark: string) =>
      getEvents(calling, target, subscription, watermark),
    openStream: (target: Target, subscription: Subscription) => openStream(http, target, subscription),
    unsubscribe: (target: Target, subscription: Subscription) => unsubscribe(ask, target, subscription),
    /** GetServerTimeZones: opens nobody's mailbox, and tells who may sign in at all. */
    proveSignIn: (target: Target) =>
      ask(
        target,
        '<m:GetServerTimeZones ReturnFullTimeZoneData="false"><m:Ids><t:Id>UTC</t:Id></m:Ids></m:GetServerTimeZones>',
      ),
  }
}
