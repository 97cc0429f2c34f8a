import type { Language } from "@kalends/ui/words"

/** A tool, as somebody compares it with others. */
type ToolText = {
  readonly name: string
  readonly suits: string
  readonly where: string
  readonly setUp: string
  /** What is done with the files. */
  readonly how: string
  /** Where that is done, and what has an address of its own. */
  readonly places: (service: string) => readonly (readonly [name: string, address: string])[]
}

const manifestOf = (service: string) => `${service}/outlook/manifest.xml`
const microsoftAdmin = "https://admin.microsoft.com/#/Settings/IntegratedApps"
const appsScript = ["Apps Script", "https://script.google.com/home"] as const
const marketplace = [
  ...[
    "Google Workspace Marketplace SDK",
    "https://console.cloud.google.com/apis/api/appsmarket-component.googleapis.com",
  ],
] as const
const nowhere = () => []

const englishNames: Readonly<Record<string, ToolText>> = {
  "outlook-addin": {
    name: "Outlook add-in",
    suits: "Everybody in an organisation with Microsoft 365 or Exchange Server; shared calendars, too",
    where: "Outlook for Windows, Mac, web, iOS and Android",
    setUp: "An administrator, once for everybody",
    how: "An administrator uploads one of them to Microsoft 365 or to the Exchange server. The zip is for Outlook on the web and on Windows, the manifest for all of them.",
    places: (service) => [
      ["The manifest's address, for “Add from URL”", manifestOf(service)],
      ["Integrated apps at Microsoft 365", microsoftAdmin],
    ],
  },
  "google-addon": {
    name: "Google Workspace add-on",
    suits: "Everybody in an organisation with Google Workspace",
    where: "Google Calendar in the browser and on phones",
    setUp: "An administrator, once for everybody",
    how: "An administrator sends one of them to Google. The form “by itself” also adds meetings to events that were saved, and asks for one permission more.",
    places: () => [appsScript, marketplace],
  },
  "browser-extension": {
    name: "Browser extension",
    suits: "Personal accounts, and organisations without the add-ins",
    where: "Google Calendar and Outlook on the web, in Chrome and Firefox",
    setUp: "You",
    how: "Unpack it and load it on your browser's page about extensions.",
    places: nowhere,
  },
  desktop: {
    name: "Desktop agent",
    suits: "Who wants the agenda in a terminal, or uses the plugin below",
    where: "Windows, macOS and Linux",
    setUp: "You",
    how: "Unpack it and start what README.txt names for your system. It needs Node.js 22 or newer.",
    places: nowhere,
  },
  "outlook-plugin": {
    name: "Outlook plugin",
    suits: "Older Outlook for Windows that cannot run add-ins; needs the desktop agent",
    where: "Classic Outlook for Windows",
    setUp: "An administrator who builds it on Windows",
    how: "There is no ready-made one: sources, the built host and the recipe for its MSI. They were never built or run on Windows by us; README.md says what that means.",
    places: nowhere,
  },
}

const englishProblems: Readonly<Record<string, string>> = {
  "pairing-code-wrong": "No tool shows this code, or it is over. Look again, or ask the tool for another.",
  "no-delegate": "They may not schedule for you as it is.",
  "own-delegate": "You schedule for yourself without being named.",
  "too-many-delegates": "So many may schedule for one person, and no more. Take it away from somebody first.",
  "no-template": "This template is not there any more.",
  "tool-off": "Your organisation has switched scheduling tools off.",
  "tool-session": "This sign-in is a scheduling tool's and opens nothing else.",
  "not-linked": "Connect this tool once by a code; from then on it signs in by itself.",
  "no-door": "Tools cannot sign in to this service this way.",
  "pairing-over": "This code is over. Ask the tool for another.",
  "too-many-pairings": "Too many tools wait to be connected. Try again in a minute.",
  "not-set-up": "The service is not set up yet.",
}

const en = {
  title: "Get the tools",
  text: "Each adds a meeting where you already write your events. A tool tells this service subject, date, time, time zone and whether the event recurs, and nothing else.",
  isOff: "Your organisation has switched scheduling tools off.",
  compare: "What suits whom",
  columns: { tool: "Tool", suits: "For", where: "Works in", setUp: "Set up by", get: "Get it" },
  names: englishNames,
  notHere: "Not built on this service",
  download: (file: string) => `Download ${file}`,
  verify: "Is it the real one?",
  verifyText:
    "Compare what Outlook, Google or your browser shows of an installed tool with these lines. They are made for this service alone.",
  service: "Address of this service",
  manifestId: "Id in the manifest",
  applicationIds: "Application ids",
  sha256: (file: string) => `SHA-256 of ${file}`,
  connect: {
    title: "Connect a tool",
    text: "A tool without a sign-in of its own shows a code of eight letters and digits.",
    code: "Code",
    look: "Continue",
    question: (name: string) => `Connect “${name}”?`,
    warning:
      "It will make, change and remove meetings in your name. Go on only if you see this code on a device of yours.",
    agree: "Connect it",
    refuse: "Cancel",
    done: (name: string) => `“${name}” is connected. You can sign it out under your name above.`,
  },
  defaults: {
    title: "When you schedule",
    template: "Template",
    usual: "As the organisation has it",
    usualIs: (name: string) => `As the organisation has it (${name})`,
    every: "Add a meeting to every event that I write",
    saved: "Saved.",
  },
  problems: englishProblems,
}

const ja: typeof en = {
  title: "ツールを入手",
  text: "普段予定を書いている場所で会議を追加できます。ツールがこのサービスに伝えるのは、件名、日付、時刻、タイムゾーン、繰り返しかどうかだけです。",
  isOff: "組織の設定により、予定作成ツールは使えません。",
  compare: "どれを選ぶか",
  columns: { tool: "ツール", suits: "対象", where: "使える場所", setUp: "設定する人", get: "入手" },
  names: {
    "outlook-addin": {
      name: "Outlook アドイン",
      suits: "Microsoft 365 または Exchange Server の組織の全員。共有の予定表にも対応",
      where: "Windows、Mac、Web、iOS、Android の Outlook",
      setUp: "管理者（全員分を一度に）",
      how: "管理者がどちらかを Microsoft 365 または Exchange Server にアップロードします。zip は Web 版と Windows 版、マニフェストはすべての Outlook 用です。",
      places: (service) => [
        ["マニフェストの URL（「URL から追加」用）", manifestOf(service)],
        ["Microsoft 365 の「統合アプリ」", microsoftAdmin],
      ],
    },
    "google-addon": {
      name: "Google Workspace アドオン",
      suits: "Google Workspace の組織の全員",
      where: "ブラウザーとスマートフォンの Google カレンダー",
      setUp: "管理者（全員分を一度に）",
      how: "管理者がどちらかを Google に送ります。by-itself は保存された予定にも自動で会議を追加し、そのための権限が一つ増えます。",
      places: () => [appsScript, marketplace],
    },
    "browser-extension": {
      name: "ブラウザー拡張機能",
      suits: "個人のアカウント、アドインのない組織",
      where: "Chrome と Firefox での Google カレンダーと Outlook on the web",
      setUp: "本人",
      how: "展開して、ブラウザーの拡張機能のページで読み込みます。",
      places: nowhere,
    },
    desktop: {
      name: "デスクトップエージェント",
      suits: "ターミナルで予定を見たい方、下のプラグインを使う方",
      where: "Windows、macOS、Linux",
      setUp: "本人",
      how: "展開して、README.txt にあるお使いのシステム用のファイルを起動します。Node.js 22 以降が必要です。",
      places: nowhere,
    },
    "outlook-plugin": {
      name: "Outlook プラグイン",
      suits: "アドインが動かない古い Windows 版 Outlook。デスクトップエージェントが必要",
      where: "従来の Windows 版 Outlook",
      setUp: "Windows でビルドする管理者",
      how: "完成品はありません。ソース、ビルド済みのホスト、MSI の作り方です。Windows でのビルドと動作は確認していません。詳しくは README.md をご覧ください。",
      places: nowhere,
    },
  },
  notHere: "このサービスにはありません",
  download: (file) => `${file} をダウンロード`,
  verify: "本物か確かめる",
  verifyText:
    "インストールしたツールについて Outlook、Google、ブラウザーに表示される内容を、次の行と比べてください。いずれもこのサービス専用です。",
  service: "このサービスのアドレス",
  manifestId: "マニフェストの ID",
  applicationIds: "アプリケーション ID",
  sha256: (file) => `${file} の SHA-256`,
  connect: {
    title: "ツールを接続",
    text: "自分でサインインしないツールは、8 文字の英数字コードを表示します。",
    code: "コード",
    look: "続ける",
    question: (name) => `「${name}」を接続しますか。`,
    warning:
      "このツールはあなたの名前で会議を作成、変更、削除します。コードが自分の端末に表示されている場合だけ続けてください。",
    agree: "接続する",
    refuse: "キャンセル",
    done: (name) => `「${name}」を接続しました。上の自分の名前からサインアウトできます。`,
  },
  defaults: {
    title: "予定を作成するとき",
    template: "テンプレート",
    usual: "組織の設定に従う",
    usualIs: (name) => `組織の設定に従う（${name}）`,
    every: "自分が書くすべての予定に会議を追加する",
    saved: "保存しました。",
  },
  problems: {
    "pairing-code-wrong":
      "このコードを表示しているツールがないか、期限が切れています。もう一度確認するか、ツールで新しいコードを表示してください。",
    "no-delegate": "その人には許可されていません。",
    "own-delegate": "自分の予定は、指定しなくても作成できます。",
    "too-many-delegates": "一人に許可できる人数の上限です。先に誰かの許可を取り消してください。",
    "no-template": "このテンプレートはもうありません。",
    "tool-off": "組織の設定により、予定作成ツールは使えません。",
    "tool-session": "このサインインは予定作成ツール専用で、ほかは開けません。",
    "not-linked": "このツールを一度コードで接続してください。次回からは自動でサインインします。",
    "no-door": "このサービスでは、この方法でツールからサインインできません。",
    "pairing-over": "このコードは期限が切れています。ツールで新しいコードを表示してください。",
    "too-many-pairings": "接続を待っているツールが多すぎます。1 分後にもう一度お試しください。",
    "not-set-up": "サービスの初期設定がまだ終わっていません。",
  },
}

/** The words about scheduling tools. */
export type ToolWords = typeof en
export const toolWords: Readonly<Record<Language, ToolWords>> = { en, ja }
