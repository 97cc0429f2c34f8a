import type { RolloutWords } from "./messages-tenants.ts"

/** Work over many people, in Japanese. */
export const rolloutsJapanese: RolloutWords = {
  lastWork: "最近の作業",
  noWork: "まだありません。メンバーの接続や移行とその結果がここに表示されます。",
  workNames: { connect: "メンバーの接続", migrate: "メンバーの移行" },
  beginTitles: { connect: "メンバーを接続", migrate: "別のカレンダーサービスへ移行" },
  beginTexts: {
    connect:
      "組織の接続で各自のカレンダーを開きます。サインインは不要です。自分でカレンダーを接続した人はそのままにします。",
    migrate:
      "会議、リンク、アプリはそのままで、カレンダーの場所だけが変わります。まずすべてを確認します。確認では何も変更しません。",
  },
  through: { connect: "使用する接続", migrate: "移行先の接続" },
  forWhom: "対象",
  everybody: (count) => `全員（${count} 名）`,
  theGroup: "グループ",
  chooseGroup: "グループ",
  theSelected: (count) => `ディレクトリで選択した ${count} 名`,
  noGroupsYet: "グループはまだありません。「グループ」で作成するか、全員を選んでください。",
  startWork: { connect: "接続する", migrate: "確認する" },
  readOnlyTenant: "この組織の接続は読み取り専用です。",
  noTenantsToUse: "先に組織を接続してください。",
  states: {
    checking: "確認中",
    checked: "確認済み",
    running: { connect: "接続中", migrate: "移行中" },
    done: "完了",
    undoing: "元に戻しています",
    undone: "元に戻しました",
    stopped: "一時停止中",
  },
  counted: {
    connect: (done, all) => `${all} 名中 ${done} 名を接続`,
    check: (done, all) => `${all} 名中 ${done} 名を確認`,
    move: (done, all) => `${all} 名中 ${done} 名を移行`,
    back: (done, all) => `${all} 名中 ${done} 名を元に戻しました`,
  },
  needAttention: (count) => `${count} 名は対応が必要`,
  leftAsTheyAre: (count) => `${count} 名はそのまま`,
  results: {
    allConnected: (count) => `${count} 名全員のカレンダーを接続しました。`,
    connected: (count) => `${count} 名を接続しました。`,
    allCanMove: (count) => `${count} 名全員を移行できます。`,
    canMove: (count, all) => `${all} 名中 ${count} 名を移行できます。`,
    moved: (count) => `${count} 名を移行しました。`,
    movedBack: (count) => `${count} 名を元に戻しました。`,
    asBefore: "すべて移行前の状態です。",
    failed: (count) => `${count} 名は対応が必要です。理由は下に表示しています。`,
    cannotMove: (count) => `${count} 名は移行できません。理由は下に表示しています。`,
    skipped: (count) => `${count} 名はそのままにしました。`,
    paused: "一時停止中です。完了分はそのまま残り、再開すると続きから行います。",
  },
  meetingsFound: (found, missing) =>
    missing === 0
      ? found === 0
        ? "一緒に移す会議はありません。"
        : `${found} 件の会議の予定が新しいカレンダーで見つかりました。`
      : `${found} 件の会議の予定が新しいカレンダーで見つかり、${missing} 件は見つかりませんでした。`,
  meetingsOf: (found, missing) =>
    missing === 0 ? `会議 ${found} 件を確認` : `会議 ${found} 件を確認、${missing} 件は不明`,
  actions: {
    start: "再開",
    move: "移行する",
    stop: "一時停止",
    retry: "失敗した人を再試行",
    undo: "移行を元に戻す",
  },
  moveTitle: (count) => `${count} 名を移行しますか？`,
  moveText: (label) =>
    `今後は ${label} のカレンダーを読み取ります。会議、リンク、アプリはそのままで、元のカレンダーからは何も削除しません。`,
  moveCanBeUndone: "後から元に戻せます。全員が移行前の状態に戻ります。",
  undoTitle: (count) => `${count} 名を元に戻しますか？`,
  undoText: "以前のカレンダーを再び読み取ります。移行後に会議を作成した人は戻さず、ここに一覧表示します。",
  keepAsIs: "今はしない",
  failedOnes: "対応が必要な人",
  skippedOnes: "そのままにした人",
  showSkipped: "対象外の人と理由を表示",
  reportFile: "レポートをファイルで保存（CSV）",
  reportColumns: {
    name: "名前",
    email: "メールアドレス",
    state: "状態",
    reason: "理由",
    found: "見つかった予定",
    missing: "見つからない予定",
  },
  stepStates: {
    waiting: "待機中",
    checked: "移行可能",
    done: "完了",
    skipped: "そのまま",
    failed: "対応が必要",
    undone: "元に戻しました",
  },
  workGone: "この作業はもうありません。",
  startedWhen: (who, when) => `開始: ${who}、${when}`,
  unseenFailure: "理由は不明です。再試行し、続く場合は組織の接続の設定を確認してください。",
  stale: "サービスが現在応答していません。作業は継続しており、このページは再度問い合わせます。",
}
