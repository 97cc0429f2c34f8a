/** One message of a server-sent event stream. */
export type StreamMessage = { readonly id: string | null; readonly data: string }

/** A message longer than this is dropped: hints are short. */
const messageCharsMost = 64 * 1024

/**
 * Splits a server-sent event stream (WHATWG HTML 9.2) into messages, whatever the boundaries of the parts it comes in.
 * Comments and fields other than id and data are passed over.
 */
export function createStreamParser(): (part: string) => readonly StreamMessage[] {
  let rest = ""
  let id: string | null = null
  let data: string[] = []
  let size = 0
  return (part) => {
    const messages: StreamMessage[] = []
    const lines = (rest + part).split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ""
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0 && size <= messageCharsMost) messages.push({ id, data: data.join("\n") })
        data = []
        id = null
        size = 0
      } else if (line.startsWith("data:")) {
        size += line.length
        if (size <= messageCharsMost) data.push(value(line, 5))
      } else if (line.startsWith("id:")) id = value(line, 3)
    }
    if (rest.length > messageCharsMost) rest = ""
    return messages
  }
}

/** One space after the colon is not part of the value. */
function value(line: string, from: number): string {
  return line.slice(line[from] === " " ? from + 1 : from)
}
