const people = (count: number) => (count === 1 ? "1 person" : `${count} people`)
const meetings = (count: number) => (count === 1 ? "1 meeting" : `${count} meetings`)

/** Work over many people, in English. */
export const rolloutsEnglish = {
  lastWork: "Recent work",
  noWork: "Nothing yet. Connecting or moving people shows here, with how it ended.",
  workNames: { connect: "Connecting people", migrate: "Moving people" },
  beginTitles: { connect: "Connect people", migrate: "Move people to another calendar service" },
  beginTexts: {
    connect:
      "Their calendars are opened by the organisation's connection; nobody has to sign in. Whoever has connected a calendar themselves is left as they are.",
    migrate:
      "They keep their meetings, links and apps; only where their calendar is changes. First everything is checked, and nothing is changed by that.",
  },
  through: { connect: "By which connection", migrate: "To which connection" },
  forWhom: "For whom",
  everybody: (count: number) => `Everybody (${people(count)})`,
  theGroup: "A group",
  chooseGroup: "Group",
  theSelected: (count: number) => `The ${people(count)} selected in the directory`,
  noGroupsYet: "There are no groups yet. Make one under Groups, or choose everybody.",
  startWork: { connect: "Connect them", migrate: "Check" },
  readOnlyTenant: "This organisation's connection may only read.",
  noTenantsToUse: "Connect an organisation first.",
  states: {
    checking: "Checking",
    checked: "Checked",
    running: { connect: "Connecting", migrate: "Moving" },
    done: "Done",
    undoing: "Moving back",
    undone: "Moved back",
    stopped: "Paused",
  },
  counted: {
    connect: (done: number, all: number) => `${done} of ${all} connected`,
    check: (done: number, all: number) => `${done} of ${all} checked`,
    move: (done: number, all: number) => `${done} of ${all} moved`,
    back: (done: number, all: number) => `${done} of ${all} moved back`,
  },
  needAttention: (count: number) => (count === 1 ? "1 needs attention" : `${count} need attention`),
  leftAsTheyAre: (count: number) => `${count} left as they are`,
  results: {
    allConnected: (count: number) =>
      count === 1 ? "The calendar is connected." : `All ${count} calendars are connected.`,
    connected: (count: number) => `${people(count)} ${count === 1 ? "is" : "are"} connected.`,
    allCanMove: (count: number) => (count === 1 ? "This person can be moved." : `All ${count} people can be moved.`),
    canMove: (count: number, all: number) => `${count} of ${all} people can be moved.`,
    moved: (count: number) => `${people(count)} ${count === 1 ? "was" : "were"} moved.`,
    movedBack: (count: number) => `${people(count)} ${count === 1 ? "was" : "were"} moved back.`,
    asBefore: "Everything is as it was before the move.",
    failed: (count: number) =>
      count === 1 ? "1 needs attention; the reason is below." : `${count} need attention; the reasons are below.`,
    cannotMove: (count: number) =>
      count === 1 ? "1 cannot be moved; the reason is below." : `${count} cannot be moved; the reasons are below.`,
    skipped: (count: number) => `${count} ${count === 1 ? "was" : "were"} left as they are.`,
    paused: "Paused. What is done stays done; going on takes it up where it was.",
  },
  meetingsFound: (found: number, missing: number) =>
    missing === 0
      ? found === 0
        ? "No meetings have to be moved with them."
        : `The events of ${meetings(found)} were found again in the new calendars.`
      : `The events of ${meetings(found)} were found again in the new calendars; those of ${meetings(missing)} were not.`,
  meetingsOf: (found: number, missing: number) =>
    missing === 0 ? `${meetings(found)} found` : `${meetings(found)} found, ${missing} not`,
  actions: {
    start: "Go on",
    move: "Move them",
    stop: "Pause",
    retry: "Try the failed ones again",
    undo: "Undo the move",
  },
  moveTitle: (count: number) => `Move ${people(count)}?`,
  moveText: (label: string) =>
    `From now on their calendars are read from ${label}. Their meetings, links and apps stay; nothing is deleted in the old calendars.`,
  moveCanBeUndone: "It can be undone afterwards: everybody is put back where they were.",
  undoTitle: (count: number) => `Move ${people(count)} back?`,
  undoText:
    "Their calendars are read from where they were before. Whoever has made meetings since the move stays, and is listed here.",
  keepAsIs: "Not now",
  failedOnes: "What needs attention",
  skippedOnes: "Left as they are",
  showSkipped: "Show who was left, and why",
  reportFile: "Report as a file (CSV)",
  reportColumns: {
    name: "Name",
    email: "E-mail address",
    state: "State",
    reason: "Reason",
    found: "Events found again",
    missing: "Events not found",
  },
  stepStates: {
    waiting: "waiting",
    checked: "can be moved",
    done: "done",
    skipped: "left as they are",
    failed: "needs attention",
    undone: "moved back",
  },
  workGone: "This work is not there any more.",
  startedWhen: (who: string, when: string) => `begun by ${who}, ${when}`,
  unseenFailure: "It is not known why. Try again; if it stays, check the settings of the organisation's connection.",
  stale: "The service does not answer at the moment. The work goes on there; this page asks again.",
}
