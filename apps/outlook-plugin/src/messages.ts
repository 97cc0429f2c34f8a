import type { Language } from "@kalends/ui/words"

const en = {
  unnamed: "Meeting",
  added: "The meeting is in the appointment. Save or send it as usual.",
  updated: "The meeting has the appointment's new time and title.",
  removed: "The meeting is given up.",
  unknownZone:
    "The appointment's time zone is a custom one. Choose a zone of Windows' list, and add the meeting again.",
  followsLater: "The meeting was not told at once; it follows as soon as the service sees your calendar.",
  problems: {
    "no-agent": "The desktop agent of Kalends is not running. Start it, and try again.",
    "agent-signed-out": "Nobody is signed in to the desktop agent of Kalends. Sign in there, and try again.",
    "wrong-secret": "The desktop agent of Kalends does not know this plugin. Restart both.",
    "not-private": "The folder of the desktop agent can be used by others. Ask your administrator.",
    "not-the-agent": "What answers in place of the desktop agent is not it. Nothing was sent. Ask your administrator.",
    "tool-too-old": "This plugin is older than the desktop agent of Kalends. Ask your administrator for the new one.",
    "tool-too-new": "The desktop agent of Kalends is older than this plugin. Update the agent.",
    "too-many-tools": "Too many programs use the desktop agent of Kalends. Close one.",
    "too-many-requests": "Too much at once. Try again.",
    "tool-off": "Your organisation has switched scheduling tools off.",
    "not-delegate": "That person has not let you schedule for them. They can do so in the portal.",
    "private-not-allowed": "You may not change private events of that person.",
    "no-meeting": "The meeting of this appointment is gone. Add a new one.",
    "not-yours": "The meeting of this appointment is somebody else's.",
    "key-used": "The meeting of this appointment was given up. Add a new one.",
    "no-meeting-service": "No meeting service is set up. Ask your administrator.",
    "service-unreachable": "The service cannot be reached. Try again later.",
    timeout: "There was no answer in time. Try again.",
    revision: "The meeting is being changed. Try again.",
    "unknown-zone": "The service does not know the appointment's time zone. Choose another.",
  },
}

type Messages = Omit<typeof en, "problems"> & { readonly problems: Readonly<Record<string, string>> }

const ja: Messages = {
  unnamed: "会議",
  added: "会議を予定に追加しました。通常どおり保存または送信してください。",
  updated: "会議に予定の新しい日時と件名を反映しました。",
  removed: "会議を取り消しました。",
  unknownZone: "この予定のタイムゾーンは独自のものです。Windows の一覧から選び直して、もう一度追加してください。",
  followsLater: "会議にはまだ伝わっていません。サービスがカレンダーを確認すると反映されます。",
  problems: {
    "no-agent": "Kalends のデスクトップエージェントが動作していません。起動してからもう一度お試しください。",
    "agent-signed-out": "Kalends のデスクトップエージェントにサインインしてから、もう一度お試しください。",
    "wrong-secret": "Kalends のデスクトップエージェントがこのプラグインを認識できません。両方を再起動してください。",
    "not-private": "デスクトップエージェントのフォルダーが本人専用ではありません。管理者にお問い合わせください。",
    "not-the-agent":
      "応答したのはデスクトップエージェントではありません。何も送信していません。管理者にお問い合わせください。",
    "tool-too-old": "このプラグインはデスクトップエージェントより古いため、管理者に新しい版をご依頼ください。",
    "tool-too-new": "デスクトップエージェントがこのプラグインより古いため、エージェントを更新してください。",
    "too-many-tools": "デスクトップエージェントを使うプログラムが多すぎます。どれかを閉じてください。",
    "too-many-requests": "要求が多すぎます。もう一度お試しください。",
    "tool-off": "組織により予定作成ツールが無効になっています。",
    "not-delegate": "この方の代理として予約する許可がありません。本人がポータルで許可できます。",
    "private-not-allowed": "この方の非公開の予定は変更できません。",
    "no-meeting": "この予定の会議はすでにありません。新しく追加してください。",
    "not-yours": "この予定の会議は別の方のものです。",
    "key-used": "この予定の会議は取り消されています。新しく追加してください。",
    "no-meeting-service": "会議サービスが設定されていません。管理者にお問い合わせください。",
    "service-unreachable": "サービスに接続できません。後でもう一度お試しください。",
    timeout: "時間内に応答がありませんでした。もう一度お試しください。",
    revision: "会議は変更中です。もう一度お試しください。",
    "unknown-zone": "サービスがこの予定のタイムゾーンを認識できません。別のものを選んでください。",
  },
}

export const messages: Readonly<Record<Language, Messages>> = { en, ja }
