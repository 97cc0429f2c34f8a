import type { Language } from "@kalends/ui/words"

const people = (count: number) => (count === 1 ? "1 person" : `${count} people`)

const en = {
  groups: "Groups",
  groupsText: "For people in a group, policy can say something else than for the organisation.",
  newGroup: "New group",
  groupName: "Name of the group",
  makeGroup: "Make the group",
  findGroup: "Find a group",
  noGroupFound: "No group has that in its name.",
  noGroups: "No groups yet: what is set for the organisation holds for everybody.",
  peopleOf: (count: number, connected: number) =>
    count === 0 ? "nobody yet" : `${people(count)}, ${connected} with a calendar`,
  ownWords: (count: number) =>
    count === 0 ? "follows the organisation" : count === 1 ? "1 setting of its own" : `${count} settings of its own`,
  changePolicy: "Change what is set",
  seePolicy: "See policy",
  members: "Members",
  addMembers: "Add people",
  findPeople: "Find by name or e-mail address",
  nobodyFound: "Nobody is called that.",
  act: "Change",
  noMembers: "Nobody is in this group yet.",
  takeOut: "Take out",
  addOne: "Add",
  inThisGroup: "in this group",
  inNoGroup: "in no group",
  inGroup: (name: string) => `in “${name}” now`,
  moveDisconnects: (name: string, settings: string) =>
    `This disconnects the calendar of ${name}, because of what is set then: ${settings}.`,
  canConnectAgain: "They are asked to connect again.",
  notAgain: "They cannot connect again themselves.",
  moveBlocks: (name: string) => `${name} could then no longer connect a calendar.`,
  moveAndDisconnect: "Go on and disconnect",
  moveAnyway: "Go on",
  keepPerson: "Leave it",
  wasAdded: (name: string) => `${name} was added.`,
  wasTakenOut: (name: string) => `${name} was taken out.`,
  undo: "Undo",
  dissolve: "Delete the group",
  dissolveTitle: (name: string) => `Delete “${name}”?`,
  dissolveText: "Its people stay, and follow the organisation from now on.",
  keepGroup: "Keep it",
  rename: "Rename",
}

type GroupTexts = typeof en

const ja: GroupTexts = {
  groups: "グループ",
  groupsText: "グループのメンバーには、組織とは別のポリシーを適用できます。",
  newGroup: "新しいグループ",
  groupName: "グループ名",
  makeGroup: "グループを作成",
  findGroup: "グループを探す",
  noGroupFound: "その名前のグループはありません。",
  noGroups: "グループはまだありません。全員に組織の設定が適用されます。",
  peopleOf: (count, connected) => (count === 0 ? "まだ誰もいません" : `${count} 名（カレンダー接続 ${connected} 名）`),
  ownWords: (count) => (count === 0 ? "組織に従う" : `独自の設定 ${count} 件`),
  changePolicy: "設定を変更",
  seePolicy: "ポリシーを見る",
  members: "メンバー",
  addMembers: "メンバーを追加",
  findPeople: "名前またはメールアドレスで検索",
  nobodyFound: "該当する人はいません。",
  act: "操作",
  noMembers: "このグループにはまだ誰もいません。",
  takeOut: "外す",
  addOne: "追加",
  inThisGroup: "このグループに所属",
  inNoGroup: "グループなし",
  inGroup: (name) => `現在は「${name}」に所属`,
  moveDisconnects: (name, settings) => `適用される設定（${settings}）により、${name} のカレンダーが切断されます。`,
  canConnectAgain: "本人は再接続を求められます。",
  notAgain: "本人は自分では再接続できません。",
  moveBlocks: (name) => `${name} はカレンダーを接続できなくなります。`,
  moveAndDisconnect: "続行して切断",
  moveAnyway: "続行",
  keepPerson: "やめる",
  wasAdded: (name) => `${name} を追加しました。`,
  wasTakenOut: (name) => `${name} を外しました。`,
  undo: "元に戻す",
  dissolve: "グループを削除",
  dissolveTitle: (name) => `「${name}」を削除しますか？`,
  dissolveText: "メンバー自体は残り、今後は組織の設定に従います。",
  keepGroup: "残す",
  rename: "名前を変更",
}

/** The words about groups and who is in them. */
export type GroupWords = GroupTexts
export const groupWords: Readonly<Record<Language, GroupWords>> = { en, ja }
