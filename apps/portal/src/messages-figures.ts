import type { Language } from "@kalends/ui/words"

const en = {
  title: "Figures",
  text: "How quickly changes get through, and what it takes. Counted without content: nothing here is about a person or an event.",
  verdictEmpty: "No calendar is connected yet.",
  verdictWithin: (count: string, bound: string, oldest: string) =>
    `${count === "1" ? "The one calendar is" : `All ${count} calendars are`} within the promised ${bound}: the longest unread was compared ${oldest} ago.`,
  verdictLate: (late: number, count: number, oldest: string) =>
    `${late} of ${count} calendars ${late === 1 ? "has" : "have"} not been compared for longer than promised, the longest for ${oldest}.`,
  waiting: (count: number) =>
    `${count} more ${count === 1 ? "waits for its person" : "wait for their people"} to connect again.`,
  toPictures: "Figures",
  range: "Time",
  ranges: { hour: "1 hour", day: "24 hours", week: "7 days", month: "30 days" },
  emptyTitle: "Nothing has been counted in this time.",
  emptyText: "As soon as a calendar is connected, the first pictures appear here within a minute.",
  asTable: "As a table",
  nothing: "Nothing was counted in this time.",
  pointer: "Point in time",
  time: "Time",
  half: "half within",
  most: "99 of 100 within",

  agesTitle: "How old what is known becomes",
  agesText: (pushed: string, polled: string) =>
    `How long it was since a calendar was last compared, each time it was compared again. The dashed lines are what is promised whatever notification is lost: ${pushed} for calendars whose service notifies us, ${polled} for the others.`,
  agesHead: ["Up to", "Times"],

  latencyTitle: "How long a change is on its way",
  latencyText:
    "Our own share, from the notification to the hint that apps get, and before it the service's: from the change, by its own clock, to its notification. Each line further up is ten times as long.",
  latencyKeys: {
    ownHalf: "Kalends, half of all",
    ownMost: "Kalends, 99 of 100",
    providerHalf: "the calendar service, half of all",
    providerMost: "the calendar service, 99 of 100",
  },
  latencyHead: ["Time", "Kalends: half", "Kalends: 99 of 100", "Service: half", "Service: 99 of 100"],
  latencyAt: (at: string, own: string, provider: string) => `${at} · Kalends ${own} · service ${provider}`,
  noTime: "–",

  noticesTitle: "Notifications",
  noticesText: "What calendar services have told us.",
  noticesAt: (at: string, counts: string) => `${at} · ${counts}`,
  received: "Received",
  coalesced: "Needed no look of their own",
  replayed: "Came twice",
  unannounced: "Changes found without one",

  savedTitle: "What was not asked for",
  savedText: "Requests for access that were answered from what is kept, without asking the calendar service.",
  savedCount: "Answered without asking",
  askedCount: "Asked the service",
  passCount: "Looks at calendars",
  pollCount: "Looks if each were polled every minute",
  savedAt: (at: string, saved: string, asked: string) => `${at} · ${saved} answered without asking, ${asked} asked`,

  grantsTitle: "Permissions lost and mended",
  grantsText: "Above the line permissions that were found dead, below it those that were given again.",
  lost: "Lost",
  mended: "Mended",
  grantsAt: (at: string, lost: string, mended: string) => `${at} · ${lost} lost, ${mended} mended`,
  grantsNow: "Waiting for their people now",
  grantsNone: "None waits for anybody.",
  states: {
    "needs-reauth": "must be connected again",
    "needs-consent": "permission was withdrawn",
    disabled: "their organisation has removed Kalends",
  },
}

const ja: typeof en = {
  title: "数値",
  text: "変更が届くまでの速さと、そのためにかかる手間です。内容は数えません。人や予定についての情報はここにはありません。",
  verdictEmpty: "まだカレンダーは接続されていません。",
  verdictWithin: (count, bound, oldest) =>
    `${count} 件のカレンダーはすべて約束の${bound}以内です。最も長く確認していないものは${oldest}前に確認しました。`,
  verdictLate: (late, count, oldest) =>
    `${count} 件のうち ${late} 件のカレンダーを、約束より長く確認できていません。最も長いものは${oldest}です。`,
  waiting: (count) => `ほかに ${count} 件が、本人の再接続を待っています。`,
  toPictures: "数値",
  range: "期間",
  ranges: { hour: "1 時間", day: "24 時間", week: "7 日", month: "30 日" },
  emptyTitle: "この期間に数えたものはありません。",
  emptyText: "カレンダーが接続されると、1 分以内に最初の図が表示されます。",
  asTable: "表で見る",
  nothing: "この期間に数えたものはありません。",
  pointer: "時点",
  time: "時刻",
  half: "半数が",
  most: "100 件中 99 件が",

  agesTitle: "把握している内容の古さ",
  agesText: (pushed, polled) =>
    `カレンダーを再び確認したとき、前回の確認からどれだけ経っていたかを示します。破線は、通知が失われても守る約束です。通知のあるサービスでは${pushed}、それ以外では${polled}です。`,
  agesHead: ["経過時間 (以内)", "回数"],

  latencyTitle: "変更が届くまでの時間",
  latencyText:
    "通知を受けてからアプリに知らせるまでの自分たちの分と、その前の、変更 (サービス側の時計) から通知までのサービスの分です。目盛りは 1 段ごとに 10 倍です。",
  latencyKeys: {
    ownHalf: "Kalends、半数",
    ownMost: "Kalends、100 件中 99 件",
    providerHalf: "カレンダーサービス、半数",
    providerMost: "カレンダーサービス、100 件中 99 件",
  },
  latencyHead: ["時刻", "Kalends: 半数", "Kalends: 99/100", "サービス: 半数", "サービス: 99/100"],
  latencyAt: (at, own, provider) => `${at} · Kalends ${own} · サービス ${provider}`,
  noTime: "–",

  noticesTitle: "通知",
  noticesText: "カレンダーサービスからの知らせです。",
  noticesAt: (at, counts) => `${at} · ${counts}`,
  received: "受信",
  coalesced: "まとめて確認できたもの",
  replayed: "二度届いたもの",
  unannounced: "通知なしに見つかった変更",

  savedTitle: "問い合わせずに済んだもの",
  savedText: "カレンダーサービスに問い合わせず、保管しているもので応じたアクセスの要求です。",
  savedCount: "問い合わせずに応答",
  askedCount: "サービスに問い合わせ",
  passCount: "カレンダーの確認",
  pollCount: "毎分確認した場合の回数",
  savedAt: (at, saved, asked) => `${at} · 問い合わせずに応答 ${saved}、問い合わせ ${asked}`,

  grantsTitle: "失われた許可と回復した許可",
  grantsText: "線の上は無効と分かった許可、下は再び与えられた許可です。",
  lost: "失効",
  mended: "回復",
  grantsAt: (at, lost, mended) => `${at} · 失効 ${lost}、回復 ${mended}`,
  grantsNow: "いま本人を待っているもの",
  grantsNone: "待っているものはありません。",
  states: {
    "needs-reauth": "再接続が必要",
    "needs-consent": "許可が取り消された",
    disabled: "組織が Kalends を削除した",
  },
}

/** The words about figures. */
export type FigureWords = typeof en
export const figureWords: Readonly<Record<Language, FigureWords>> = { en, ja }
