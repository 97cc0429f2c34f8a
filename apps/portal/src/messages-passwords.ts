import type { Language } from "@kalends/ui/words"
import type { Texts } from "./messages-problems.ts"

const en: Texts = {
  "password-common":
    "Many people choose this password, or one much like it, so it is guessed soon. Take a few words that have nothing to do with each other.",
  "password-own-words":
    "This password is mostly a name that others know: yours, your organisation's or this service's. Take a few words that have nothing to do with you.",
}

const ja: Texts = {
  "password-common":
    "このパスワード、またはこれによく似たものは多くの人が使っているため、すぐに推測されます。互いに関係のない単語をいくつか組み合わせてください。",
  "password-own-words":
    "このパスワードの大部分は、あなたや組織、このサービスの名前など、他の人が知っている言葉です。ご自身と関係のない単語をいくつか組み合わせてください。",
}

/** Why a password that somebody chose is refused. */
export const passwordProblems: Readonly<Record<Language, Texts>> = { en, ja }
