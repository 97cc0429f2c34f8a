import type { Language } from "@kalends/ui/words"

const people = (count: number) => (count === 1 ? "1 person" : `${count} people`)
const calendars = (count: number) => (count === 1 ? "1 calendar" : `${count} calendars`)

const en = {
  title: "Policy",
  text: "What holds for everybody, and for groups. A lock keeps those below from choosing otherwise. Nothing changes before you have seen whom it concerns.",
  organisation: "Organisation",
  everybody: "Everybody, unless a group says otherwise",
  level: "For",
  back: "Policy",
  settings: {
    whoMayConnect: "Who may connect",
    providers: "Calendar services",
    calendarPermission: "Calendars",
    contactsPermission: "Contacts",
    sync: "Meetings follow calendars",
    eventCapture: "Mail details of events in apps",
  },
  explanations: {
    whoMayConnect: "Who connects a calendar themselves. Calendars that are connected stay.",
    providers: "Calendars of services that are taken away are disconnected.",
    calendarPermission:
      "Read: apps show calendars. Read and write: they can also put meetings into them. A lock disconnects who has another one, and asks them to connect again.",
    contactsPermission: "What apps may do with people's address books. Locked, it is the most that anybody can choose.",
    sync: "When an event is moved, renamed or deleted, its meeting follows.",
    eventCapture:
      "Whether apps may hold sender, recipients, attachments and mail text of an event in memory. Nothing of it is ever stored.",
  },
  values: {
    whoMayConnect: { everybody: "Everybody", administrators: "Administrators", nobody: "Nobody" },
    providers: { all: "All" },
    calendarPermission: { read: "Read", "read-write": "Read and write" },
    contactsPermission: { none: "None", read: "Read", "read-write": "Read and write" },
    sync: { on: "On", off: "Off" },
    eventCapture: { on: "On", off: "Off" },
  },
  noService: "None",
  comma: ", ",
  locked: (value: string) => `${value}, locked`,
  standard: (value: string) => `${value} (nobody has set it)`,
  follows: (value: string) => `Follows the organisation: ${value}`,
  overruled: (value: string, own: string) => `The organisation's lock holds: ${value}. Without it: ${own}`,
  changed: "changed, not saved",
  noWord: "Not set",
  noWordNow: (value: string) => `Not set (${value})`,
  followNow: (value: string) => `As the organisation (${value})`,
  onlyThese: "Only these",
  lock: "Lock",
  lockText: { organisation: "Groups and people cannot choose otherwise.", group: "People cannot choose otherwise." },
  edit: "Change",
  see: "Look",
  following: (count: number) =>
    count === 1 ? "One more group follows the organisation." : `${count} more groups follow the organisation.`,
  chooseGroup: "Set something for a group",
  groupPlaceholder: "Choose a group",
  noGroups: "There are no groups: what is set for the organisation holds for everybody.",
  peopleOf: people,
  noSuchGroup: "This group is not there any more.",
  draft: (count: number) => (count === 1 ? "One change, not saved" : `${count} changes, not saved`),
  review: "See whom it concerns",
  discard: "Discard",
  preview: "Whom it concerns",
  counts: {
    disconnect: (count: number) => `${calendars(count)} disconnected`,
    blocked: (count: number) =>
      count === 1 ? "1 person can no longer connect" : `${count} people can no longer connect`,
    stay: (count: number) => (count === 1 ? "1 person stays as connected" : `${count} people stay as connected`),
  },
  effects: { disconnect: "Disconnected", blocked: "Can no longer connect", stay: "Stay" },
  nobody: "It concerns nobody now. It holds for whoever comes.",
  disconnectText: (again: number, forGood: number) =>
    [
      ...(again === 0
        ? []
        : [
            `${people(again)} ${again === 1 ? "loses the connection and is" : "lose the connection and are"} asked to connect again.`,
          ]),
      ...(forGood === 0 ? [] : [`${people(forGood)} cannot connect again themselves.`]),
    ].join(" "),
  graceText: "Nobody is disconnected at once: you can take it back first.",
  whom: "People",
  because: (settings: string) => `because of: ${settings}`,
  save: "Save",
  saveDisconnecting: (count: number) => `Save and disconnect ${calendars(count)}`,
  keepEditing: "Keep editing",
  changes: "Changes",
  noChanges: "Nothing has been changed yet.",
  from: (was: string, word: string) => `${was} → ${word}`,
  states: { waiting: "Waiting", running: "Disconnecting", done: "Done", undone: "Taken back" },
  waitingText: (count: number, when: string) =>
    `Saved. ${calendars(count)} will be disconnected, beginning ${when}. Until then it can be taken back and nobody notices.`,
  runningText: (done: number, of: number) => `${done} of ${of} disconnected.`,
  doneText: (done: number) => (done === 0 ? "Nobody was disconnected." : `${calendars(done)} disconnected.`),
  undoneText: (done: number) =>
    done === 0 ? "Taken back; nobody was disconnected." : `Taken back after ${calendars(done)} had been disconnected.`,
  undo: "Take it back",
  gone: "a deleted group",
  membership: "People of groups",
}

export type PolicyWords = typeof en

const ja: PolicyWords = {
  title: "ポリシー",
  text: "全員とグループに適用される設定です。ロックすると、下位では変更できません。影響を受ける人を確認するまで、何も変わりません。",
  organisation: "組織",
  everybody: "グループの設定がない限り全員",
  level: "対象",
  back: "ポリシー",
  settings: {
    whoMayConnect: "接続できる人",
    providers: "カレンダーサービス",
    calendarPermission: "カレンダー",
    contactsPermission: "連絡先",
    sync: "会議とカレンダーの同期",
    eventCapture: "アプリでの予定のメール情報",
  },
  explanations: {
    whoMayConnect: "自分でカレンダーを接続できる人です。接続済みのカレンダーはそのまま残ります。",
    providers: "対象から外したサービスのカレンダーは切断されます。",
    calendarPermission:
      "読み取り: アプリがカレンダーを表示します。読み取りと書き込み: 会議の登録もできます。ロックすると、異なる権限の人は切断され、再接続を求められます。",
    contactsPermission: "アプリが連絡先に対して行えることです。ロックした場合は、選べる上限になります。",
    sync: "予定が移動・変更・削除されると、会議が追従します。",
    eventCapture:
      "予定の差出人・宛先・添付ファイル・メール本文を、アプリがメモリに保持してよいかどうかです。保存されることはありません。",
  },
  values: {
    whoMayConnect: { everybody: "全員", administrators: "管理者のみ", nobody: "なし" },
    providers: { all: "すべて" },
    calendarPermission: { read: "読み取り", "read-write": "読み取りと書き込み" },
    contactsPermission: { none: "なし", read: "読み取り", "read-write": "読み取りと書き込み" },
    sync: { on: "オン", off: "オフ" },
    eventCapture: { on: "オン", off: "オフ" },
  },
  noService: "なし",
  comma: "、",
  locked: (value) => `${value}（ロック）`,
  standard: (value) => `${value}（未設定）`,
  follows: (value) => `組織に従う: ${value}`,
  overruled: (value, own) => `組織のロックが優先: ${value}（ロックがなければ: ${own}）`,
  changed: "変更あり（未保存）",
  noWord: "未設定",
  noWordNow: (value) => `未設定（${value}）`,
  followNow: (value) => `組織に従う（${value}）`,
  onlyThese: "選んだものだけ",
  lock: "ロック",
  lockText: { organisation: "グループと個人は変更できません。", group: "個人は変更できません。" },
  edit: "変更",
  see: "表示",
  following: (count) => `ほか ${count} グループは組織に従います。`,
  chooseGroup: "グループに設定する",
  groupPlaceholder: "グループを選択",
  noGroups: "グループはありません。組織の設定が全員に適用されます。",
  peopleOf: (count) => `${count} 名`,
  noSuchGroup: "このグループはもうありません。",
  draft: (count) => `未保存の変更が ${count} 件あります`,
  review: "影響を受ける人を確認",
  discard: "破棄",
  preview: "影響を受ける人",
  counts: {
    disconnect: (count) => `${count} 件のカレンダーが切断されます`,
    blocked: (count) => `${count} 名が接続できなくなります`,
    stay: (count) => `${count} 名の接続はそのままです`,
  },
  effects: { disconnect: "切断", blocked: "接続不可", stay: "変わらず" },
  nobody: "現在、影響を受ける人はいません。今後の人に適用されます。",
  disconnectText: (again, forGood) =>
    [
      ...(again === 0 ? [] : [`${again} 名の接続が切断され、再接続を求められます。`]),
      ...(forGood === 0 ? [] : [`${forGood} 名は自分では再接続できません。`]),
    ].join(""),
  graceText: "すぐには切断されません。その前に取り消せます。",
  whom: "対象者",
  because: (settings) => `理由: ${settings}`,
  save: "保存",
  saveDisconnecting: (count) => `保存して ${count} 件を切断`,
  keepEditing: "編集に戻る",
  changes: "変更の履歴",
  noChanges: "まだ変更はありません。",
  from: (was, word) => `${was} → ${word}`,
  states: { waiting: "待機中", running: "切断中", done: "完了", undone: "取り消し済み" },
  waitingText: (count, when) =>
    `保存しました。${when}から ${count} 件のカレンダーを切断します。それまでは、誰にも影響なく取り消せます。`,
  runningText: (done, of) => `${of} 件中 ${done} 件を切断しました。`,
  doneText: (done) => (done === 0 ? "切断された人はいません。" : `${done} 件のカレンダーを切断しました。`),
  undoneText: (done) =>
    done === 0 ? "取り消しました。切断された人はいません。" : `${done} 件のカレンダーが切断された後に取り消しました。`,
  undo: "取り消す",
  gone: "削除されたグループ",
  membership: "グループのメンバー",
}

/** The words about policy. */
export const policyWords: Readonly<Record<Language, PolicyWords>> = { en, ja }
