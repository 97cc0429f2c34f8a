import type { Language } from "@kalends/ui/words"

export type Texts = Readonly<Record<string, string>>

const en: Texts = {
  "wrong-sign-in": "The e-mail address or the password is not right.",
  "wrong-setup-code": "The set-up code is not right; it is printed where Kalends was started.",
  "permission-withheld": "The permission for the calendar was not given. Connect again and leave the calendar ticked.",
  "access-denied": "You did not give the permission. Connect again if that was not meant.",
  "one-at-a-time": "Disconnect the calendar service you have before you connect another.",
  "contacts-not-allowed": "Your organisation does not allow this for contacts. Choose less, or ask your administrator.",
  "no-contacts": "Contacts are not offered with this calendar service. Connect the calendar alone.",
  "wrong-password": "The user name or the password is not right. Many services want an app password here.",
  "no-caldav": "There is no CalDAV server at this address. Check the address in your calendar's settings.",
  "no-calendar": "There is no calendar in this account.",
  "other-server": "This server sends us to another one. Enter that one's address if you trust it.",
  "private-address": "This address is inside a private network; your administrator has to allow it.",
  "https-only": "Only https addresses are used, so that your password stays secret.",
  "bad-address": "This is not a server's address.",
  "connect-expired": "That took too long, or was begun in another window. Start again.",
  "consent-missing": "Your organisation's administrator has to allow Kalends first.",
  "email-taken": "There is somebody with this e-mail address already.",
  "too-many-attempts": "Too many attempts. Wait a few minutes.",
  "service-unreachable": "The service cannot be reached. Check your network.",
  "no-answer": "The server did not answer.",
  "client-secret-wrong":
    "The registration of this service at the calendar provider is not right; tell your administrator.",
  "certificate-unknown":
    "The registration of this service at the calendar provider is not right; tell your administrator.",
  "provider-refused": "The calendar service refused. Try again.",
  "provider-not-configured": "This calendar service is not set up here; ask your administrator.",
  "grant-revoked": "The permission was withdrawn at the calendar service. Reconnect to give it again.",
  "grant-unused-too-long": "The permission was not used for too long and has expired. Reconnect to give it again.",
  "interaction-required": "The calendar service wants you to sign in again. Reconnect.",
  "conditional-access":
    "Your organisation's rules stopped the sign-in. Reconnect from a permitted device or network, or ask your administrator.",
  "second-factor-unset": "Your organisation asks everybody for a second step. Reload the page and set one up.",
  "second-factor-needed": "The calendar service wants your second factor. Reconnect.",
  "sign-in-frequency": "Your organisation asks for a new sign-in from time to time. Reconnect.",
  "no-refresh-token":
    "The calendar service gave no lasting permission. Remove Kalends in your account's settings there and connect again.",
  "application-disabled": "Kalends is blocked in your organisation's calendar service; ask its administrator.",
  "application-removed":
    "Kalends was removed from your organisation's calendar service; ask its administrator, then reconnect.",
  "client-secret-expired":
    "The registration of this service at the calendar provider has expired; tell your administrator.",
  "scope-wrong": "The registration of this service at the calendar provider is not right; tell your administrator.",
  "calendar-too-large": "This calendar is too large to be read.",
  "set-up-already": "Kalends is set up already. Reload the page and sign in.",
  "not-allowed": "Your role does not allow this.",
  "tenant-connection-broken":
    "Your organisation's connection to the calendar service needs mending. Tell your administrator: there is nothing for you to do.",
  "mailbox-outside-scope":
    "Your organisation's administrator has not included your calendar. Tell them, or connect it yourself.",
  "group-name-taken": "There is a group of this name already. Choose another one.",
  "no-such-group": "This group is not there any more: somebody else has deleted it.",
  "groups-full": "There are too many groups. Delete one that nobody needs.",
  "policy-locked": "Your administrators have locked this setting. Ask them if you need another one.",
  "policy-changed-meanwhile":
    "Somebody else has changed the same setting meanwhile. Reload the page, then make your change.",
  "policy-change-over": "This change can no longer be taken back. Make the opposite change.",
  "no-policy-change": "There is no such change any more. Reload the page.",
  "policy-calendar-permission":
    "Your organisation allows another permission for calendars. Choose the one that it allows, and connect again.",
  "policy-providers":
    "Your organisation does not allow this calendar service. Connect another one, or ask your administrator.",
  "policy-who-may-connect": "In your organisation, administrators connect calendars. Ask yours.",
  "rate-limited": "The calendar service asks for patience. Try again in a few minutes.",
  "issuer-away": "This sign-in service does not answer. Try again in a moment, or use another way.",
  "issuer-refused": "The sign-in service refused. Try again, or ask your administrator.",
  "sign-in-left": "You left the sign-in. Try again if that was not meant.",
  "sign-in-expired": "That took too long, or was begun in another window. Sign in again.",
  "bad-id-token": "The sign-in service's answer does not hold. Try again, or ask your administrator.",
  "not-a-user": "You have no account here. Ask your administrator for one.",
  "email-unverified": "The sign-in service does not say that your e-mail address is yours. Ask your administrator.",
  "domain-refused": "Only people of this organisation can sign in this way. Choose your work account there.",
  "other-identity":
    "The account here is linked to somebody else at that sign-in service. Ask your administrator, or use another way.",
  "identity-known": "Somebody else here signs in with this account already.",
  "no-issuer": "This sign-in service is not offered any more. Reload the page.",
  unavailable: "That did not work. Try again in a moment.",
}

const ja: Texts = {
  "wrong-sign-in": "メールアドレスまたはパスワードが正しくありません。",
  "wrong-setup-code": "セットアップコードが正しくありません。Kalends を起動した画面をご確認ください。",
  "permission-withheld":
    "カレンダーへの許可が与えられませんでした。もう一度接続し、カレンダーのチェックを外さないでください。",
  "access-denied": "許可されませんでした。意図しない場合はもう一度接続してください。",
  "one-at-a-time": "別のサービスを接続する前に、現在のサービスを切断してください。",
  "contacts-not-allowed": "組織の設定により、連絡先にこの許可は選べません。別の選択をするか、管理者にお尋ねください。",
  "no-contacts": "このカレンダーサービスでは連絡先を利用できません。カレンダーのみ接続してください。",
  "wrong-password": "ユーザー名またはパスワードが正しくありません。多くのサービスではアプリパスワードが必要です。",
  "no-caldav": "このアドレスに CalDAV サーバーがありません。",
  "no-calendar": "このアカウントにはカレンダーがありません。",
  "other-server": "別のサーバーに転送されました。信頼できる場合は、そのアドレスを入力してください。",
  "private-address": "プライベートネットワーク内のアドレスです。管理者の許可が必要です。",
  "https-only": "パスワードを守るため、https のアドレスのみ使用できます。",
  "bad-address": "サーバーのアドレスではありません。",
  "connect-expired": "時間切れか、別のウィンドウで開始されました。やり直してください。",
  "consent-missing": "まず組織の管理者が Kalends を許可する必要があります。",
  "email-taken": "このメールアドレスは既に使われています。",
  "too-many-attempts": "試行回数が多すぎます。数分お待ちください。",
  "service-unreachable": "サービスに接続できません。ネットワークをご確認ください。",
  "no-answer": "サーバーが応答しませんでした。",
  "client-secret-wrong": "カレンダープロバイダーへの登録が正しくありません。管理者にお知らせください。",
  "certificate-unknown": "カレンダープロバイダーへの登録が正しくありません。管理者にお知らせください。",
  "provider-refused": "カレンダーサービスに拒否されました。もう一度お試しください。",
  "provider-not-configured": "このカレンダーサービスは設定されていません。管理者にお問い合わせください。",
  "grant-revoked": "カレンダーサービスで許可が取り消されました。再接続して許可し直してください。",
  "grant-unused-too-long": "長期間使われなかったため許可が失効しました。再接続してください。",
  "interaction-required": "カレンダーサービスが再サインインを求めています。再接続してください。",
  "conditional-access":
    "組織の規則によりサインインできませんでした。許可された端末・ネットワークから再接続するか、管理者にお問い合わせください。",
  "second-factor-unset": "組織の全員に 2 段階目の確認が必要です。ページを再読み込みして設定してください。",
  "second-factor-needed": "カレンダーサービスが二要素認証を求めています。再接続してください。",
  "sign-in-frequency": "組織の規則で定期的な再サインインが必要です。再接続してください。",
  "no-refresh-token": "継続的な許可が得られませんでした。アカウント設定で Kalends を削除し、もう一度接続してください。",
  "application-disabled": "組織のカレンダーサービスで Kalends が禁止されています。管理者にお問い合わせください。",
  "application-removed": "組織のカレンダーサービスから Kalends が削除されました。管理者に確認後、再接続してください。",
  "client-secret-expired": "カレンダープロバイダーへの登録が期限切れです。管理者にお知らせください。",
  "scope-wrong": "カレンダープロバイダーへの登録が正しくありません。管理者にお知らせください。",
  "calendar-too-large": "このカレンダーは大きすぎて読み込めません。",
  "set-up-already": "Kalends はすでにセットアップ済みです。再読み込みしてサインインしてください。",
  "not-allowed": "あなたの役割ではこの操作を行えません。",
  "tenant-connection-broken":
    "組織とカレンダーサービスの接続に問題があります。管理者にお知らせください。ご自身での対応は不要です。",
  "mailbox-outside-scope":
    "組織の管理者が設定した範囲に、あなたのカレンダーが含まれていません。管理者にお知らせいただくか、ご自身で接続してください。",
  "group-name-taken": "同じ名前のグループがあります。別の名前にしてください。",
  "no-such-group": "このグループはもうありません。ほかの管理者が削除しました。",
  "groups-full": "グループが多すぎます。不要なグループを削除してください。",
  "policy-locked": "この設定は管理者によりロックされています。変更が必要な場合は管理者にお尋ねください。",
  "policy-changed-meanwhile": "ほかの管理者が同じ設定を変更しました。再読み込みしてから、もう一度変更してください。",
  "policy-change-over": "この変更はもう取り消せません。逆の変更を行ってください。",
  "no-policy-change": "この変更はもうありません。再読み込みしてください。",
  "policy-calendar-permission":
    "組織が許可しているカレンダーの権限と異なります。許可された権限で接続し直してください。",
  "policy-providers":
    "このカレンダーサービスは組織で許可されていません。別のサービスを接続するか、管理者にお尋ねください。",
  "policy-who-may-connect": "カレンダーは組織の管理者が接続します。管理者にお尋ねください。",
  "rate-limited": "カレンダーサービスが混み合っています。数分後にもう一度お試しください。",
  "issuer-away": "サインインサービスが応答しません。しばらくしてから試すか、別の方法を使ってください。",
  "issuer-refused": "サインインサービスに拒否されました。もう一度試すか、管理者にお尋ねください。",
  "sign-in-left": "サインインが途中で中止されました。もう一度お試しください。",
  "sign-in-expired": "時間がかかりすぎたか、別のウィンドウで始められました。もう一度サインインしてください。",
  "bad-id-token": "サインインサービスの応答を確認できません。もう一度試すか、管理者にお尋ねください。",
  "not-a-user": "ここにはあなたのアカウントがありません。管理者に依頼してください。",
  "email-unverified": "メールアドレスがあなたのものであると確認されていません。管理者にお尋ねください。",
  "domain-refused": "この方法でサインインできるのは組織の人だけです。仕事用のアカウントを選んでください。",
  "other-identity":
    "ここのアカウントは、そのサービスの別の人に関連付けられています。管理者に尋ねるか、別の方法を使ってください。",
  "identity-known": "このアカウントは、すでに別の人のサインインに使われています。",
  "no-issuer": "このサインインサービスはもう提供されていません。ページを再読み込みしてください。",
  unavailable: "うまくいきませんでした。しばらくしてからもう一度お試しください。",
}

/** What to say, and what to do, for each problem code of the service. */
export const problemTexts: Readonly<Record<Language, Texts>> = { en, ja }
