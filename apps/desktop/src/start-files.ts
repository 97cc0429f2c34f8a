// What lies beside the built agent in its download. The service fills its own address in for the blank one.

const blank = "https://kalends.invalid"
export const bundleName = "kalends-agent.mjs"
/** The oldest that the build is for. */
export const nodeMajor = 22

const needs = `Kalends needs Node.js ${nodeMajor} or newer: https://nodejs.org / Node.js ${nodeMajor} 以降が必要です。`

/** For macOS and Linux; the address can be set otherwise by KALENDS_URL. */
const shell = `#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)
if [ "$major" -lt ${nodeMajor} ]; then echo "${needs}"; exit 1; fi
KALENDS_URL=\${KALENDS_URL:-${blank}} exec node "$here/${bundleName}"
`

/** For Windows; lines end as its command interpreter wants them. The window stays open where something went wrong. */
const command = [
  "@echo off",
  "chcp 65001 >nul",
  "setlocal",
  "set major=0",
  `for /f "tokens=1 delims=v." %%m in ('node --version 2^>nul') do set major=%%m`,
  `if %major% LSS ${nodeMajor} (`,
  `  echo ${needs}`,
  "  pause",
  "  exit /b 1",
  ")",
  `if not defined KALENDS_URL set "KALENDS_URL=${blank}"`,
  `node "%~dp0${bundleName}"`,
  "if errorlevel 1 pause",
  "",
].join("\r\n")

const readMe = `Kalends: desktop agent for ${blank}

The agenda in a terminal, and scheduling for tools on this computer. It needs Node.js ${nodeMajor} or newer (https://nodejs.org).

Windows   double-click kalends.cmd
macOS     right-click kalends.command and choose Open; once, because the file is not signed
Linux     ./kalends.sh

It signs in with your e-mail address and password, or for tools alone with a code that you type in Kalends under
"Get the tools". Nothing is kept on this computer: events, password and token are in memory, and gone when it ends.
To remove it, delete this folder. A newer one is where you got this: ${blank}/#tools

--------

Kalends: ${blank} 用デスクトップエージェント

ターミナルで予定を表示し、このコンピューターの予定作成ツールの代わりに予定を作成します。Node.js ${nodeMajor} 以降（https://nodejs.org）が必要です。

Windows   kalends.cmd をダブルクリック
macOS     kalends.command を右クリックして「開く」（署名がないため、最初の一回だけ）
Linux     ./kalends.sh

メールアドレスとパスワードでサインインします。予定作成ツールだけなら、Kalends の「ツールを入手」でコードを入力して接続できます。
このコンピューターには何も保存されません。予定・パスワード・トークンはメモリーにだけあり、終了すると消えます。
削除するには、このフォルダーを消してください。新しいものの入手先: ${blank}/#tools
`

/** Texts by file name. */
export const startFiles: Readonly<Record<string, string>> = {
  "kalends.cmd": command,
  "kalends.command": shell,
  "kalends.sh": shell,
  "README.txt": readMe,
}
