import type { Language } from "@kalends/ui/words"

const en = {
  keys: "Keys",
  text: "Everything that opens a calendar is sealed under this organisation's data key, and that is wrapped by a custodian.",
  custodians: "Custodian",
  custodianNames: { "key-file": "Key file", "aws-kms": "AWS KMS", transit: "Vault or OpenBao transit" },
  roles: { current: "in use", next: "prepared", former: "former" },
  states: { answers: "Answers", away: "Away", refuses: "Refuses", unasked: "Not asked" },
  keysUnder: (count: number) => (count === 1 ? "1 data key under it" : `${count} data keys under it`),
  awaySince: (when: string) => `away since ${when}`,
  concerns: {
    away: (until: string) =>
      `The custodian does not answer. Keys in use are kept in memory until ${until}; nothing is lost, and it is asked again by itself.`,
    "grace-over": () =>
      "The custodian has been away for longer than keys are kept. Calendars cannot be opened until it is back; nothing is lost, and it mends by itself.",
    refused: () => "The custodian refuses Kalends. Check its policy, the key's state and what Kalends signs in with.",
    "former-in-use": () =>
      "Data keys are still under a former custodian; they are being moved. Leave it in the settings.",
    "former-free": () =>
      "No data key is left under the former custodian. It may be taken out of KALENDS_FORMER_CUSTODY.",
  },
  dataKeys: "Data keys",
  version: (count: number) => `Version ${count}`,
  made: (when: string) => `made ${when}`,
  destroyed: (when: string) => `destroyed ${when}`,
  noKeys: "There is no data key yet: the first connected calendar makes one.",
  work: { running: "Sealing everything anew", paused: "Paused", done: "Everything is sealed under the newest key" },
  counted: (done: string, total: string) => `${done} of ${total} sealed anew`,
  rate: (perSecond: string, left: string) => `${perSecond} a second, ${left} left`,
  failed: (count: number) => `${count} could not be opened and were left as they are, with their key.`,
  rotate: "New data key",
  rotateTitle: "Make a new data key?",
  rotateText:
    "New secrets are sealed under it at once, all others one after the other while everything goes on. Then the old key is destroyed.",
  rewrap: "Wrap anew",
  rewrapTitle: "Wrap the data keys anew?",
  rewrapText:
    "The data keys are wrapped under what the custodian wraps with now: after a new version of its key, or an alias that was moved.",
  pause: "Pause",
  resume: "Go on",
  keep: "Leave it",
  close: "Close",
  enrol: "Change the custodian",
  enrolSteps: [
    "Name the new custodian in KALENDS_NEXT_CUSTODY on every node, with its settings, and restart them one after the other. It appears above as prepared, and must answer.",
    "Make it KALENDS_CUSTODY, and put the old one into KALENDS_FORMER_CUSTODY, on every node, one after the other.",
    "The data keys are moved by themselves within a minute, while everything goes on. When none is left under the former custodian, this page says so, and it may be taken away.",
  ],
  shred: "Shred everything",
  shredTitle: "Make everything unreadable for good?",
  shredText: (name: string) =>
    `All data keys of ${name} are destroyed. Every refresh token, password and certificate of the organisation is unreadable from then on, and nobody can bring it back. Everybody has to connect again.`,
  shredBackups:
    "Copies in backups stay readable to whoever has the key-encryption key of that time too. Change the custodian or its key afterwards, and destroy the old key.",
  backups: (ids: string) =>
    `Backups may hold copies of destroyed data keys. They are beyond reach once these keys are destroyed at their custodian: ${ids}`,
  typeName: "Type the organisation's name",
  yourPassword: "Your password",
  problems: {
    "name-differs": "That is not the organisation's name.",
    "wrong-password": "The password is wrong.",
    "key-work-moved-on": "That is not possible any more; look at how it stands now.",
    "custody-away": "The custodian does not answer; try again when it does.",
  },
}

const ja: typeof en = {
  keys: "鍵",
  text: "カレンダーを開くものはすべて組織のデータ鍵で封印され、データ鍵は鍵の管理者がラップします。",
  custodians: "鍵の管理者",
  custodianNames: { "key-file": "鍵ファイル", "aws-kms": "AWS KMS", transit: "Vault / OpenBao transit" },
  roles: { current: "使用中", next: "準備済み", former: "以前のもの" },
  states: { answers: "応答あり", away: "応答なし", refuses: "拒否", unasked: "未確認" },
  keysUnder: (count) => `データ鍵 ${count} 個`,
  awaySince: (when) => `${when}から応答なし`,
  concerns: {
    away: (until) =>
      `鍵の管理者が応答しません。使用中の鍵は ${until} までメモリに保たれます。何も失われず、自動で再び問い合わせます。`,
    "grace-over": () =>
      "鍵の管理者の不在が猶予を超えました。戻るまでカレンダーを開けません。何も失われず、自動で回復します。",
    refused: () => "鍵の管理者が Kalends を拒否しています。ポリシー、鍵の状態、サインイン情報を確認してください。",
    "former-in-use": () => "以前の管理者の下にまだデータ鍵があり、移動中です。設定から外さないでください。",
    "former-free": () => "以前の管理者の下にデータ鍵は残っていません。KALENDS_FORMER_CUSTODY から外せます。",
  },
  dataKeys: "データ鍵",
  version: (count) => `バージョン ${count}`,
  made: (when) => `${when}に作成`,
  destroyed: (when) => `${when}に破棄`,
  noKeys: "データ鍵はまだありません。最初のカレンダー接続で作られます。",
  work: { running: "すべてを封印し直しています", paused: "一時停止中", done: "すべて最新の鍵で封印されています" },
  counted: (done, total) => `${total} 件中 ${done} 件を再封印`,
  rate: (perSecond, left) => `毎秒 ${perSecond} 件、残り ${left}`,
  failed: (count) => `${count} 件は開けなかったため、鍵とともにそのまま残しました。`,
  rotate: "新しいデータ鍵",
  rotateTitle: "新しいデータ鍵を作りますか？",
  rotateText:
    "新しいシークレットはすぐにその鍵で、ほかは運用を続けながら順に封印されます。その後、古い鍵は破棄されます。",
  rewrap: "ラップし直す",
  rewrapTitle: "データ鍵をラップし直しますか？",
  rewrapText:
    "データ鍵を、管理者が今使う鍵でラップし直します。鍵の新しいバージョンや、移したエイリアスのあとに使います。",
  pause: "一時停止",
  resume: "再開",
  keep: "そのままにする",
  close: "閉じる",
  enrol: "鍵の管理者を変える",
  enrolSteps: [
    "すべてのノードの KALENDS_NEXT_CUSTODY に新しい管理者とその設定を書き、順に再起動します。上に「準備済み」と表示され、応答する必要があります。",
    "すべてのノードで順に、それを KALENDS_CUSTODY にし、古いものを KALENDS_FORMER_CUSTODY に移します。",
    "データ鍵は一分以内に、運用を続けながら自動で移されます。以前の管理者の下に何も残らなくなるとこのページが知らせ、外せるようになります。",
  ],
  shred: "すべてを読めなくする",
  shredTitle: "すべてを永久に読めなくしますか？",
  shredText: (name) =>
    `${name} のすべてのデータ鍵を破棄します。組織のリフレッシュトークン、パスワード、証明書はすべて読めなくなり、誰も元に戻せません。全員が接続し直す必要があります。`,
  shredBackups:
    "バックアップの写しは、当時の鍵暗号化鍵も持つ人にはまだ読めます。その後、管理者か鍵を変え、古い鍵を破棄してください。",
  backups: (ids) =>
    `バックアップに破棄済みデータ鍵の写しがあるかもしれません。次の鍵を管理者側で破棄すれば読めなくなります：${ids}`,
  typeName: "組織の名前を入力",
  yourPassword: "あなたのパスワード",
  problems: {
    "name-differs": "組織の名前と違います。",
    "wrong-password": "パスワードが違います。",
    "key-work-moved-on": "すでにできません。今の状態を確認してください。",
    "custody-away": "鍵の管理者が応答しません。応答してからもう一度試してください。",
  },
}

/** The words about keys. */
export type KeyWords = typeof en
export const keyWords: Readonly<Record<Language, KeyWords>> = { en, ja }
