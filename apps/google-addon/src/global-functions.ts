/** The global functions that the manifest, the trigger and the cards name. */
export const globalFunctions = {
  conference: "onCreateConference",
  settings: "onCreateSettingsUrl",
  changed: "onEventsChanged",
  home: "onHome",
  event: "onEventOpen",
  beginSignIn: "onBeginSignIn",
  codeTyped: "onCodeTyped",
  signOut: "onSignOut",
  templateChosen: "onTemplateChosen",
  everyEvent: "onEveryEvent",
  addMeeting: "onAddMeeting",
  removeMeeting: "onRemoveMeeting",
} as const
