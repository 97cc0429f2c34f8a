import type { Language } from "@kalends/ui/words"
import type { GuideLines } from "./messages-guide-lines.ts"

/** One thing to do, with what to copy for it. */
export type GuideStep = { readonly text: string; readonly lines?: GuideLines; readonly isConsent?: true }
export type Guide = readonly GuideStep[]

const en: Readonly<Record<string, Guide>> = {
  registration: [
    {
      text: "Open the consent page below, signed in as a Privileged Role Administrator, and consent.",
      isConsent: true,
    },
    {
      text: "To open chosen mailboxes only: put them into a mail-enabled security group “Kalends” and run this in Exchange Online PowerShell. Both IDs stand in Entra under Enterprise applications, Kalends.",
      lines: "calendar-scope",
    },
    {
      text: "Then take Calendars.* away again under Enterprise applications, Kalends, Permissions: what is allowed in Entra is added to the scope, and would open every mailbox.",
    },
    { text: "Try it after up to two hours: the first has to be true, the second false.", lines: "calendar-scope-test" },
  ],
  "client-secret": [
    {
      text: "In entra.microsoft.com, under App registrations, choose New registration. Name: Kalends; accounts in this organisational directory only; no redirect URI.",
    },
    { text: "From its overview, copy the Application (client) ID and the Directory (tenant) ID." },
    {
      text: "Under Certificates & secrets, make a New client secret. Copy its Value at once, and note the day it ends.",
    },
    {
      text: "Put the mailboxes into a mail-enabled security group “Kalends” and run this in Exchange Online PowerShell. The object ID is the one under Enterprise applications, not the one of the registration.",
      lines: "calendar-scope",
    },
    {
      text: "Do not grant Calendars.* in Entra as well: both are added together, and every mailbox would be open.",
    },
    {
      text: "For the directory, add the application permissions User.Read.All (people) and Place.Read.All (rooms) of Microsoft Graph under API permissions, and grant admin consent. Calendars work without them.",
    },
    { text: "Try it after up to two hours: the first has to be true, the second false.", lines: "calendar-scope-test" },
  ],
  certificate: [
    {
      text: "In entra.microsoft.com, under App registrations, choose New registration. Name: Kalends; accounts in this organisational directory only; no redirect URI.",
    },
    { text: "From its overview, copy the Application (client) ID and the Directory (tenant) ID." },
    { text: "Make a certificate and its key, here or with your own authority.", lines: "make-certificate" },
    {
      text: "Under Certificates & secrets, Certificates, upload kalends.crt. The key, kalends.key, goes nowhere but into the form below.",
    },
    {
      text: "Put the mailboxes into a mail-enabled security group “Kalends” and run this in Exchange Online PowerShell. The object ID is the one under Enterprise applications, not the one of the registration.",
      lines: "calendar-scope",
    },
    {
      text: "Do not grant Calendars.* in Entra as well: both are added together, and every mailbox would be open.",
    },
    {
      text: "For the directory, add the application permissions User.Read.All (people) and Place.Read.All (rooms) of Microsoft Graph under API permissions, and grant admin consent. Calendars work without them.",
    },
    { text: "Try it after up to two hours: the first has to be true, the second false.", lines: "calendar-scope-test" },
  ],
  "service-account": [
    {
      text: "In console.cloud.google.com, choose or make a project, and enable the Google Calendar API and the Admin SDK API.",
    },
    { text: "Under IAM & Admin, Service accounts, create one called “kalends”, without any role." },
    { text: "Under its Keys, choose Add key, Create new key, JSON. The file that is downloaded is the key file." },
    { text: "From its details, copy the Unique ID: a number of 21 digits." },
    {
      text: "In admin.google.com, under Security, Access and data control, API controls, Manage domain-wide delegation, choose Add new. Enter the Unique ID as client ID, and paste these scopes.",
      lines: "delegation-scopes",
    },
    {
      text: "Name an administrator whose role may read users and resources, and nothing else; leave out the two admin.directory scopes where no directory is wanted.",
    },
    { text: "It may take up to a day until it holds; mostly it is minutes." },
  ],
  "service-password": [
    {
      text: "In Active Directory, make an account svc-kalends: no administrator, no sign-in at computers, a long password.",
    },
    {
      text: "Put the mailboxes into a group “Kalends” and run this in the Exchange Management Shell. Never leave out the scope: without it, the account may act for everybody.",
      lines: "impersonation",
    },
    {
      text: "See who may act for others now: svc-kalends, with the scope “Kalends mailboxes”.",
      lines: "impersonation-test",
    },
    { text: "Make sure that EWS is on and lets Kalends in.", lines: "ews-on" },
    { text: "Exchange has to be reached from this service over https, with a certificate that it trusts." },
  ],
  "service-delegate": [
    {
      text: "In Active Directory, make an account svc-kalends with a mailbox: no administrator, no sign-in at computers, a long password.",
    },
    {
      text: "Put the mailboxes into a group “Kalends”, and share their calendars with the account in the Exchange Management Shell.",
      lines: "delegate",
    },
    { text: "Make sure that EWS is on and lets Kalends in.", lines: "ews-on" },
    { text: "Exchange has to be reached from this service over https, with a certificate that it trusts." },
  ],
  "service-sign-in": [
    {
      text: "In Microsoft 365, make an account svc-rooms with a mailbox (it needs a licence): no administrator, a long password, and a second factor that your team keeps.",
    },
    {
      text: "In Exchange Online PowerShell, give it Full Access and Send As on each room. Under Rooms, Access and scripts, the script is written for the rooms that you choose.",
      lines: "room-sharing",
    },
    { text: "It may take an hour until the account opens them." },
    {
      text: "For the directory of rooms, an administrator allows Place.Read.All, once, on the sign-in page. Rooms can be added by hand without it.",
    },
    { text: "Then go to the sign-in page below and choose the service account there, not your own." },
  ],
}

const ja: Readonly<Record<string, Guide>> = {
  registration: [
    { text: "特権ロール管理者でサインインし、下の同意ページを開いて同意します。", isConsent: true },
    {
      text: "特定のメールボックスだけを開く場合: メールが有効なセキュリティグループ「Kalends」に入れ、Exchange Online PowerShell で次を実行します。2 つの ID は Entra の「エンタープライズ アプリケーション」の Kalends に表示されます。",
      lines: "calendar-scope",
    },
    {
      text: "その後、「エンタープライズ アプリケーション」の Kalends の「アクセス許可」から Calendars.* を取り除きます。Entra の許可は範囲に加算され、全メールボックスが開いてしまいます。",
    },
    { text: "最大 2 時間後に試します。1 つ目が True、2 つ目が False になれば正常です。", lines: "calendar-scope-test" },
  ],
  "client-secret": [
    {
      text: "entra.microsoft.com の「アプリの登録」で「新規登録」を選びます。名前は Kalends、この組織ディレクトリのみ、リダイレクト URI は不要です。",
    },
    { text: "概要から、アプリケーション (クライアント) ID とディレクトリ (テナント) ID をコピーします。" },
    { text: "「証明書とシークレット」で新しいクライアントシークレットを作成し、値をすぐにコピーして期限を控えます。" },
    {
      text: "対象のメールボックスをメールが有効なセキュリティグループ「Kalends」に入れ、Exchange Online PowerShell で次を実行します。オブジェクト ID は「エンタープライズ アプリケーション」のもので、アプリ登録のものではありません。",
      lines: "calendar-scope",
    },
    { text: "Entra では Calendars.* を許可しないでください。両方が加算され、全メールボックスが開いてしまいます。" },
    {
      text: "ディレクトリ用に、「API のアクセス許可」で Microsoft Graph のアプリケーションの許可 User.Read.All（人）と Place.Read.All（会議室）を追加し、管理者の同意を与えます。カレンダーだけなら不要です。",
    },
    { text: "最大 2 時間後に試します。1 つ目が True、2 つ目が False になれば正常です。", lines: "calendar-scope-test" },
  ],
  certificate: [
    {
      text: "entra.microsoft.com の「アプリの登録」で「新規登録」を選びます。名前は Kalends、この組織ディレクトリのみ、リダイレクト URI は不要です。",
    },
    { text: "概要から、アプリケーション (クライアント) ID とディレクトリ (テナント) ID をコピーします。" },
    { text: "証明書と鍵を、ここに示す方法または自組織の認証局で作成します。", lines: "make-certificate" },
    {
      text: "「証明書とシークレット」の「証明書」に kalends.crt をアップロードします。鍵 kalends.key は下のフォームにだけ入力します。",
    },
    {
      text: "対象のメールボックスをメールが有効なセキュリティグループ「Kalends」に入れ、Exchange Online PowerShell で次を実行します。オブジェクト ID は「エンタープライズ アプリケーション」のもので、アプリ登録のものではありません。",
      lines: "calendar-scope",
    },
    { text: "Entra では Calendars.* を許可しないでください。両方が加算され、全メールボックスが開いてしまいます。" },
    {
      text: "ディレクトリ用に、「API のアクセス許可」で Microsoft Graph のアプリケーションの許可 User.Read.All（人）と Place.Read.All（会議室）を追加し、管理者の同意を与えます。カレンダーだけなら不要です。",
    },
    { text: "最大 2 時間後に試します。1 つ目が True、2 つ目が False になれば正常です。", lines: "calendar-scope-test" },
  ],
  "service-account": [
    {
      text: "console.cloud.google.com でプロジェクトを選択または作成し、Google Calendar API と Admin SDK API を有効にします。",
    },
    { text: "「IAM と管理」の「サービス アカウント」で、ロールなしの「kalends」を作成します。" },
    {
      text: "「キー」で「鍵を追加」「新しい鍵を作成」「JSON」を選びます。ダウンロードされるファイルがキーファイルです。",
    },
    { text: "詳細から「一意の ID」（21 桁の数字）をコピーします。" },
    {
      text: "admin.google.com の「セキュリティ」「アクセスとデータ管理」「API の制御」「ドメイン全体の委任を管理」で「新しく追加」を選び、クライアント ID に一意の ID を入力して、次のスコープを貼り付けます。",
      lines: "delegation-scopes",
    },
    {
      text: "ユーザーとリソースの読み取りだけができる管理者を指定します。ディレクトリが不要なら、admin.directory の 2 つのスコープを省きます。",
    },
    { text: "反映まで最大 1 日かかることがありますが、通常は数分です。" },
  ],
  "service-password": [
    {
      text: "Active Directory にアカウント svc-kalends を作成します。管理者権限なし、コンピューターへのサインイン不可、長いパスワードにします。",
    },
    {
      text: "対象のメールボックスをグループ「Kalends」に入れ、Exchange 管理シェルで次を実行します。範囲は必ず指定してください。省くと全員を代行できてしまいます。",
      lines: "impersonation",
    },
    {
      text: "代行できるアカウントを確認します。svc-kalends に範囲「Kalends mailboxes」が付いていれば正常です。",
      lines: "impersonation-test",
    },
    { text: "EWS が有効で、Kalends が許可されていることを確認します。", lines: "ews-on" },
    { text: "このサービスから Exchange へ、信頼できる証明書の https で到達できる必要があります。" },
  ],
  "service-delegate": [
    {
      text: "Active Directory に、メールボックスのあるアカウント svc-kalends を作成します。管理者権限なし、コンピューターへのサインイン不可、長いパスワードにします。",
    },
    {
      text: "対象のメールボックスをグループ「Kalends」に入れ、Exchange 管理シェルで予定表をこのアカウントと共有します。",
      lines: "delegate",
    },
    { text: "EWS が有効で、Kalends が許可されていることを確認します。", lines: "ews-on" },
    { text: "このサービスから Exchange へ、信頼できる証明書の https で到達できる必要があります。" },
  ],
  "service-sign-in": [
    {
      text: "Microsoft 365 にメールボックス付きのアカウント svc-rooms を作成します（ライセンスが必要）。管理者権限なし、長いパスワード、チームで保管する 2 つ目の要素にします。",
    },
    {
      text: "Exchange Online PowerShell で、各会議室のフルアクセスと送信者権限 (Send As) を与えます。「会議室」の「アクセスとスクリプト」で、選んだ会議室用のスクリプトを作成できます。",
      lines: "room-sharing",
    },
    { text: "アカウントが会議室を開けるまで 1 時間ほどかかることがあります。" },
    {
      text: "会議室のディレクトリには、管理者がサインインのページで Place.Read.All を一度許可します。なしでも会議室は手動で追加できます。",
    },
    { text: "下のボタンでサインインのページを開き、自分ではなくサービスアカウントを選びます。" },
  ],
}

/** What to do at the calendar service before an organisation is connected, by the name of the method. */
export const guides: Readonly<Record<Language, Readonly<Record<string, Guide>>>> = { en, ja }
