import { createAnswers } from "./desk.ts"
import { parseAsked } from "./parse.ts"
import { browserDesk, extension } from "./platform.ts"

const own = extension()
const answer = createAnswers(browserDesk(own))

own.runtime.onMessage.addListener((message, _, reply) => {
  const asked = parseAsked(message)
  if (asked !== null) answer(asked).then(reply)
  // True: the answer comes later.
  return asked !== null
})
own.action.onClicked.addListener(() => void own.runtime.openOptionsPage())
