import type { Role } from "@kalends/domain/ability"
import type { Language } from "@kalends/ui/words"

export type NavigationWords = {
  /** Name of the navigation itself. */
  readonly pages: string
  readonly skip: string
  readonly sections: { readonly organisation: string; readonly trust: string }
  readonly roles: Readonly<Record<Role, string>>
  /** Whom of the people a list shows. */
  readonly people: {
    readonly anyState: string
    readonly anyRole: string
    readonly anyGroup: string
    readonly group: string
    readonly nobody: string
  }
}

export const navigationWords: Readonly<Record<Language, NavigationWords>> = {
  en: {
    pages: "Pages",
    skip: "Skip to the page",
    sections: { organisation: "Administration", trust: "Trust" },
    roles: {
      owner: "Owner",
      "calendar-admin": "Calendar administrator",
      "room-admin": "Room administrator",
      auditor: "Auditor",
      user: "User",
    },
    people: {
      anyState: "Any state",
      anyRole: "Any role",
      anyGroup: "Any group",
      group: "Group",
      nobody: "Nobody fits. Search for something else, or choose fewer conditions.",
    },
  },
  ja: {
    pages: "ページ",
    skip: "本文へ移動",
    sections: { organisation: "管理", trust: "信頼" },
    roles: {
      owner: "所有者",
      "calendar-admin": "カレンダー管理者",
      "room-admin": "会議室管理者",
      auditor: "監査担当者",
      user: "ユーザー",
    },
    people: {
      anyState: "すべての状態",
      anyRole: "すべての役割",
      anyGroup: "すべてのグループ",
      group: "グループ",
      nobody: "該当する人はいません。検索語や条件を変えてください。",
    },
  },
}
