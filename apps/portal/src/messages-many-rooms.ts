import type { Language } from "@kalends/ui/words"

const rooms = (count: number) => `${count.toLocaleString("en")} ${count === 1 ? "room" : "rooms"}`

const en = {
  title: "Set many rooms",
  text: "Choose rooms, say what is to be set, and see how many change before you do it. It can be taken back.",
  which: "Which rooms",
  anyBuilding: "All buildings",
  anyFloor: "All floors",
  chooseAll: (count: number) => `Choose all ${count.toLocaleString("en")} below`,
  chosen: (count: number) => `${rooms(count)} chosen`,
  clear: "Choose none",
  most: (count: number) => `No more than ${count} are set at once.`,
  isPart: (count: number) => `More rooms fit than the ${count} that are shown. Narrow it down to see the others.`,
  none: "There are no rooms yet.",
  noneFits: "No room fits.",
  now: "Now",
  checksIn: (minutes: number) => `check-in within ${minutes} min`,
  noCheckIn: "no check-in",
  what: "What is set for them",
  asIs: "As it is",
  hosts: "Hosts of private meetings",
  hostChoices: { hidden: "Hidden, and how to join them", shown: "Shown" },
  checkIn: "Check-in",
  checkInChoices: { off: "Nobody has to", on: "Somebody has to" },
  misses: "Series that nobody comes to",
  missesChoices: { never: "Are never given up", after: "Are given up" },
  missesMost: "After so many misses in a row",
  plan: (changing: number, same: number) =>
    `${rooms(changing)} ${changing === 1 ? "changes" : "change"}${same === 0 ? "" : `, ${same.toLocaleString("en")} ${same === 1 ? "is" : "are"} so already`}.`,
  nothingChosen: "Choose the rooms first.",
  nothingTyped: "Nothing is to be set yet.",
  set: (count: number) => `Set ${rooms(count)}`,
  done: (changed: number, same: number) =>
    `${rooms(changed)} changed${same === 0 ? "" : `, ${same.toLocaleString("en")} ${same === 1 ? "was" : "were"} so already`}.`,
  undone: (changed: number) => `${rooms(changed)} ${changed === 1 ? "is" : "are"} as before.`,
  undo: "Take it back",
  undoText:
    "Each room gets what it had, unless somebody changed it since. This is offered until you close or reload the portal.",
  refused: (count: number) => `${rooms(count)} left alone:`,
  reasons: { "no-room": "was removed", "changed-since": "was changed since" },
  more: (count: number) => `and ${count.toLocaleString("en")} more`,
}
export type ManyRoomWords = typeof en

const ja: ManyRoomWords = {
  title: "まとめて設定",
  text: "会議室を選び、設定する内容を決めると、実行前に何室が変わるかが表示されます。後から元に戻せます。",
  which: "対象の会議室",
  anyBuilding: "すべての建物",
  anyFloor: "すべての階",
  chooseAll: (count) => `下の ${count.toLocaleString("ja")} 室をすべて選択`,
  chosen: (count) => `${count.toLocaleString("ja")} 室を選択中`,
  clear: "選択を解除",
  most: (count) => `一度に設定できるのは ${count} 室までです。`,
  isPart: (count) => `該当する会議室が表示中の ${count} 室より多くあります。残りを見るには条件を絞ってください。`,
  none: "会議室はまだありません。",
  noneFits: "該当する会議室はありません。",
  now: "現在",
  checksIn: (minutes) => `${minutes} 分以内にチェックイン`,
  noCheckIn: "チェックイン不要",
  what: "設定する内容",
  asIs: "そのまま",
  hosts: "非公開の会議の主催者",
  hostChoices: { hidden: "参加方法とともに隠す", shown: "表示する" },
  checkIn: "チェックイン",
  checkInChoices: { off: "不要", on: "必要" },
  misses: "誰も来ない定例会議",
  missesChoices: { never: "取りやめない", after: "取りやめる" },
  missesMost: "続けて何回来なければ取りやめるか",
  plan: (changing, same) =>
    `${changing.toLocaleString("ja")} 室が変わります${same === 0 ? "" : `（${same.toLocaleString("ja")} 室はすでにその設定です）`}。`,
  nothingChosen: "先に会議室を選んでください。",
  nothingTyped: "設定する内容がまだありません。",
  set: (count) => `${count.toLocaleString("ja")} 室を設定`,
  done: (changed, same) =>
    `${changed.toLocaleString("ja")} 室を変更しました${same === 0 ? "" : `（${same.toLocaleString("ja")} 室はすでにその設定でした）`}。`,
  undone: (changed) => `${changed.toLocaleString("ja")} 室を元に戻しました。`,
  undo: "元に戻す",
  undoText:
    "各会議室を変更前の設定に戻します。その後に誰かが変更した会議室はそのままです。ポータルを閉じるか再読み込みするまで戻せます。",
  refused: (count) => `${count.toLocaleString("ja")} 室はそのままです：`,
  reasons: { "no-room": "削除されています", "changed-since": "その後に変更されています" },
  more: (count) => `ほか ${count.toLocaleString("ja")} 室`,
}

export const manyRoomWords: Readonly<Record<Language, ManyRoomWords>> = { en, ja }
