/** What the button reads of an event that is being written, and where it writes. */
export type FieldName = "title" | "startDate" | "startTime" | "allDay" | "recurrence" | "location" | "description"

/**
 * How to find a calendar page's fields, as data, so that a change of its markup is a change here and nowhere else. For each
 * field the ways to find it, the most robust first: ids that know no language and labels for assistive technology outlive
 * class names by years.
 */
export type PageSelectors = {
  readonly name: string
  readonly hosts: readonly string[]
  /** Addresses at which an event is written; those of events that are not saved yet. */
  readonly address: { readonly event: RegExp; readonly newEvent: RegExp }
  /** The part of the page in which an event is written. */
  readonly editor: readonly string[]
  /** Beside which the button stands; the title otherwise. */
  readonly beside: readonly string[]
  readonly fields: Readonly<Record<FieldName, readonly string[]>>
  /** Where date and time stand together as one text, as long as their fields are not opened. */
  readonly summary: readonly string[]
  /** Texts that say that an event does not recur. */
  readonly once: readonly string[]
}

const labelled = (tag: string, ...labels: readonly string[]) => labels.map((label) => `${tag}[aria-label="${label}" i]`)
const begins = (tag: string, ...labels: readonly string[]) => labels.map((label) => `${tag}[aria-label^="${label}" i]`)
const hinted = (...hints: readonly string[]) => hints.map((hint) => `input[placeholder="${hint}" i]`)

/**
 * Ids and labels in English, Japanese, German, French and Spanish, from public code that finds the same fields (jitsi/jidesha
 * with a page that it kept, extensions that stand beside "#xSaveBu", browser tests of Outlook on the web of 2026; all seen
 * 2026-11-30) and from what the services are known to say; not checked against the live pages. The tests' pages are our own.
 */
export const pages: readonly PageSelectors[] = [
  {
    name: "Google Calendar",
    hosts: ["calendar.google.com"],
    address: {
      event: /^\/calendar\/(?:\w\/\d+\/)?r\/eventedit(?:\/|$)/,
      newEvent: /^\/calendar\/(?:\w\/\d+\/)?r\/eventedit\/?$/,
    },
    editor: ["[role='dialog']:has(input)", "[role='main']:has(input)", "main", "form", "body"],
    beside: [
      "#xSaveBu",
      ...labelled("button", "Save", "保存", "Speichern", "Enregistrer", "Guardar"),
      ...labelled("[role='button']", "Save", "保存", "Speichern", "Enregistrer", "Guardar"),
    ],
    fields: {
      title: [
        "input#xTiIn",
        ...labelled("input", "Title", "Add title", "タイトル", "タイトルを追加", "Titel", "Titre", "Título"),
        ...hinted("Add title", "タイトルを追加"),
      ],
      startDate: [
        "input#xStDaIn",
        ...labelled("input", "Start date", "開始日", "Startdatum", "Date de début", "Fecha de inicio"),
        "input[data-key='startDate']",
      ],
      startTime: [
        "input#xStTiIn",
        ...labelled("input", "Start time", "開始時間", "開始時刻", "Beginn", "Startzeit", "Heure de début"),
        ...labelled("input", "Hora de inicio"),
        "input[data-key='startTime']",
      ],
      // The checkbox itself once, and what stands around it in later pages.
      allDay: [
        ...["#xAlDaCbx input[type='checkbox']", "#xAlDaCbx[role='checkbox']"],
        ...labelled("input[type='checkbox']", "All day", "終日", "Ganztägig", "Toute la journée", "Todo el día"),
        ...labelled("[role='checkbox']", "All day", "終日", "Ganztägig", "Toute la journée", "Todo el día"),
      ],
      recurrence: [
        ...begins("[role='combobox']", "Recurrence", "繰り返し", "Wiederholung", "Récurrence", "Periodicidad"),
        ...begins("[role='button']", "Recurrence", "繰り返し", "Wiederholung", "Récurrence", "Periodicidad"),
      ],
      location: [
        // The page has a second one there, for looks.
        ...["#xLocIn input[role='combobox']", "#xLocIn input"],
        ...labelled("input", "Location", "Add location", "場所", "場所を追加", "Ort", "Lieu", "Ubicación"),
        ...hinted("Add location", "場所を追加"),
      ],
      description: [
        ...["#xDescIn [contenteditable='true']", "#xDescIn [contenteditable]"],
        ...begins("[contenteditable='true']", "Description", "Add description", "説明", "Beschreibung", "Descripción"),
        "[role='textbox'][aria-multiline='true']",
      ],
    },
    summary: [],
    once: ["Does not repeat", "繰り返さない", "Einmalig", "Wird nicht wiederholt", "Une seule fois", "No se repite"],
  },
  {
    name: "Outlook",
    hosts: ["outlook.office.com", "outlook.office365.com", "outlook.live.com", "outlook.cloud.microsoft"],
    address: {
      event: /^\/calendar\/(?:\d+\/)?(?:deeplink|action)\/compose(?:\/|$)|^\/calendar\/(?:\d+\/)?(?:deeplink\/)?item\//,
      newEvent: /^\/calendar\/(?:\d+\/)?(?:deeplink|action)\/compose\/?$/,
    },
    editor: ["[role='dialog']:has(input)", "[role='main']:has(input)", "[role='complementary']:has(input)", "form"],
    beside: labelled(
      "button",
      "Save",
      "Send",
      "保存",
      "送信",
      "Speichern",
      "Senden",
      "Enregistrer",
      "Envoyer",
      "Guardar",
    ),
    fields: {
      title: [
        ...labelled("input", "Add a title", "Add title", "Add details for the event", "タイトルを追加"),
        ...labelled("textarea", "Add a title", "Add title", "Add details for the event"),
        ...labelled("input", "Titel hinzufügen", "Ajouter un titre", "Agregar un título"),
        ...hinted(
          "Add a title",
          "Add title",
          "タイトルを追加",
          "Titel hinzufügen",
          "Ajouter un titre",
          "Agregar un título",
        ),
      ],
      startDate: labelled("input", "Start date", "開始日", "Startdatum", "Date de début", "Fecha de inicio"),
      startTime: labelled(
        "input",
        "Start time",
        "開始時刻",
        "開始時間",
        "Startzeit",
        "Heure de début",
        "Hora de inicio",
      ),
      allDay: [
        ...labelled("[role='switch']", "All day", "終日", "Ganztägig", "Toute la journée", "Todo el día"),
        ...labelled("input[type='checkbox']", "All day", "終日", "Ganztägig", "Toute la journée", "Todo el día"),
      ],
      recurrence: [
        ...begins("[role='combobox']", "Repeat", "繰り返し", "Wiederholen", "Répéter", "Repetir"),
        ...begins("button", "Repeat", "繰り返し", "Wiederholen", "Répéter", "Repetir"),
      ],
      location: [
        ...labelled("input", "Search for a room or location", "Add a room or location", "Search for a location"),
        ...labelled("input", "Location", "場所", "会議室または場所を検索", "Nach einem Raum oder Ort suchen"),
        ...labelled("input", "Rechercher une salle ou un emplacement", "Buscar una sala o ubicación"),
        ...labelled("input", "Add a location", "場所を追加", "Ort hinzufügen", "Ajouter un emplacement"),
        ...hinted("Search for a room or location", "Add a room or location", "Add a location"),
        ...hinted("会議室または場所を検索", "会議室または場所を追加", "場所を追加", "Ajouter un emplacement"),
      ],
      description: [
        ...begins("[contenteditable='true']", "Description", "Event body", "Add a description", "説明", "本文"),
        "[role='textbox'][contenteditable='true']",
      ],
    },
    // Outlook of 2026 opens an event with "Fri 3/13/2026 2:00 PM - 2:30 PM", and shows the fields once that is pressed.
    summary: ["button", "[role='button']", "span", "div:not(:has(div))"],
    once: [
      ...["Don't repeat", "Does not repeat", "Never", "繰り返さない", "繰り返しなし"],
      ...["Nicht wiederholen", "Ne pas répéter", "No repetir"],
    ],
  },
]
