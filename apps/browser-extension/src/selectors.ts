/** What the button reads of an event that is being written, and where it writes. */
export type FieldName = "title" | "startDate" | "startTime" | "allDay" | "recurrence" | "location" | "description"

/**
 * How to find a calendar page's fields, as data, so that a change of its markup is a change here and nowhere else. For each
 * field the ways to find it, the most robust first: labels for assistive technology outlive class names by years.
 */
export type PageSelectors = {
  readonly name: string
  readonly hosts: readonly string[]
  /** The part of the page in which an event is written. */
  readonly editor: readonly string[]
  /** Beside which the button stands; the title otherwise. */
  readonly beside: readonly string[]
  readonly fields: Readonly<Record<FieldName, readonly string[]>>
  /** Texts that say that an event does not recur. */
  readonly once: readonly string[]
}

const labelled = (tag: string, ...labels: readonly string[]) => labels.map((label) => `${tag}[aria-label="${label}" i]`)
const begins = (tag: string, ...labels: readonly string[]) => labels.map((label) => `${tag}[aria-label^="${label}" i]`)

/**
 * Labels in English and Japanese, from public code that finds the same fields and from what the services are known to say; not
 * checked against the live pages. The tests' pages are our own.
 */
export const pages: readonly PageSelectors[] = [
  {
    name: "Google Calendar",
    hosts: ["calendar.google.com"],
    editor: ["[role='dialog']:has(input[aria-label])", "[role='main']:has(input[aria-label])", "main", "form"],
    beside: [...labelled("button", "Save", "保存"), "[role='button'][aria-label='Save']"],
    fields: {
      title: [
        ...labelled("input", "Title", "Add title", "タイトル", "タイトルを追加"),
        ...["input[placeholder='Add title']", "input[placeholder='タイトルを追加']"],
      ],
      startDate: [...labelled("input", "Start date", "開始日"), "input[data-key='startDate']"],
      startTime: [...labelled("input", "Start time", "開始時間", "開始時刻"), "input[data-key='startTime']"],
      allDay: labelled("input[type='checkbox']", "All day", "終日"),
      recurrence: [
        ...begins("[role='combobox']", "Recurrence", "繰り返し"),
        ...begins("[role='button']", "Recurrence", "繰り返し"),
      ],
      location: [
        ...labelled("input", "Location", "Add location", "場所", "場所を追加"),
        ...["input[placeholder='Add location']", "input[placeholder='場所を追加']"],
      ],
      description: [
        ...labelled("[contenteditable='true']", "Description", "Add description", "説明", "説明を追加"),
        "[role='textbox'][aria-multiline='true']",
      ],
    },
    once: ["Does not repeat", "繰り返さない"],
  },
  {
    name: "Outlook",
    hosts: ["outlook.office.com", "outlook.office365.com", "outlook.live.com", "outlook.cloud.microsoft"],
    editor: ["[role='dialog']:has(input[aria-label])", "[role='main']:has(input[aria-label])", "form"],
    beside: [...labelled("button", "Save", "Send", "保存", "送信")],
    fields: {
      title: [
        ...labelled("input", "Add a title", "Add title", "Add details for the event", "タイトルを追加"),
        ...["input[placeholder='Add a title']", "input[placeholder='タイトルを追加']"],
      ],
      startDate: [...labelled("input", "Start date", "開始日")],
      startTime: [...labelled("input", "Start time", "開始時刻", "開始時間")],
      allDay: [
        ...labelled("[role='switch']", "All day", "終日"),
        ...labelled("input[type='checkbox']", "All day", "終日"),
      ],
      recurrence: [...begins("[role='combobox']", "Repeat", "繰り返し"), ...begins("button", "Repeat", "繰り返し")],
      location: [
        ...labelled(
          "input",
          "Search for a room or location",
          "Add a room or location",
          "Location",
          "場所",
          "会議室または場所を検索",
        ),
        "input[placeholder='Search for a room or location']",
      ],
      description: [
        ...begins("[contenteditable='true']", "Description", "Event body", "Add a description", "説明", "本文"),
        "[role='textbox'][contenteditable='true']",
      ],
    },
    once: ["Don't repeat", "Does not repeat", "Never", "繰り返さない", "繰り返しなし"],
  },
]
