using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Threading;
using System.Windows.Forms;
using Extensibility;
using Microsoft.Office.Core;
using Outlook = Microsoft.Office.Interop.Outlook;

namespace Kalends.Outlook
{
    /// <summary>
    /// Thin: says to the core what happened to an appointment, and does to it what the core answers. It never reads a body,
    /// attendees or an organizer; the block is put where a bookmark of ours is, or at the end.
    /// </summary>
    [ComVisible(true)]
    [Guid("6C0B1C0E-5B0A-4E0C-9B61-7B6C1F9C5D11")]
    [ProgId("Kalends.Outlook")]
    [ClassInterface(ClassInterfaceType.AutoDispatch)]
    public sealed class AddIn : IDTExtensibility2, IRibbonExtensibility
    {
        private const string KeyProperty = "KalendsKey";
        private const string MeetingProperty = "KalendsMeeting";
        private const string Bookmark = "KalendsBlock";

        private readonly Dictionary<string, Outlook.AppointmentItem> open = new Dictionary<string, Outlook.AppointmentItem>();
        // What Outlook's events hang on has to be held, or it is collected and they stop.
        private Outlook.Application? application;
        private Outlook.MAPIFolder? calendar;
        private Outlook.Items? items;
        private Host? host;
        private int lastItem;

        public void OnConnection(object app, ext_ConnectMode mode, object self, ref Array custom)
        {
            application = (Outlook.Application)app;
            if (SynchronizationContext.Current == null)
                SynchronizationContext.SetSynchronizationContext(new WindowsFormsSynchronizationContext());
            var folder = Path.GetDirectoryName(new Uri(Assembly.GetExecutingAssembly().CodeBase).LocalPath) ?? "";
            host = new Host(Path.Combine(folder, "kalends-outlook-host.exe"), SynchronizationContext.Current!, Do);
            calendar = application.Session.GetDefaultFolder(Outlook.OlDefaultFolders.olFolderCalendar);
            items = calendar.Items;
            items.ItemChange += item => Tell("saved", item as Outlook.AppointmentItem);
            ((Outlook.MAPIFolderEvents_12_Event)calendar).BeforeItemMove +=
                (object item, Outlook.MAPIFolder to, ref bool cancel) =>
                {
                    if (to == null || IsDeletedItems(to)) Tell("deleted", item as Outlook.AppointmentItem);
                };
        }

        public void OnDisconnection(ext_DisconnectMode mode, ref Array custom) => host?.Dispose();
        public void OnAddInsUpdate(ref Array custom) { }
        public void OnStartupComplete(ref Array custom) { }
        public void OnBeginShutdown(ref Array custom) => host?.Dispose();

        public string GetCustomUI(string ribbonId)
        {
            if (ribbonId != "Microsoft.Outlook.Appointment") return "";
            using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Kalends.Outlook.Ribbon.xml");
            using var reader = new StreamReader(stream!);
            return reader.ReadToEnd();
        }

        private static bool IsJapanese => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "ja";
        public string GetGroupLabel(IRibbonControl control) => "Kalends";
        public string GetAddLabel(IRibbonControl control) => IsJapanese ? "会議を追加" : "Add meeting";

        public void OnAdd(IRibbonControl control) =>
            Tell("add", (control.Context as Outlook.Inspector)?.CurrentItem as Outlook.AppointmentItem);

        private bool IsDeletedItems(Outlook.MAPIFolder folder) =>
            folder.EntryID == application!.Session.GetDefaultFolder(Outlook.OlDefaultFolders.olFolderDeletedItems).EntryID;

        private void Tell(string happened, Outlook.AppointmentItem? item)
        {
            if (item == null || host == null) return;
            // An invited person's copy has the organizer's marks; the meeting is not theirs to change.
            if (item.MeetingStatus == Outlook.OlMeetingStatus.olMeetingReceived) return;
            var meetingId = Mark(item, MeetingProperty);
            if (happened != "add" && meetingId == null) return;
            var name = "w" + (++lastItem).ToString(CultureInfo.InvariantCulture);
            open[name] = item;
            host.Tell(new
            {
                item = name,
                @event = happened,
                appointment = new
                {
                    subject = item.Subject ?? "",
                    start = item.StartInStartTimeZone.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture),
                    zone = item.StartTimeZone.ID,
                    isAllDay = item.AllDayEvent,
                    recurrence = RecurrenceOf(item),
                    host = (string?)null,
                },
                marks = new { key = Mark(item, KeyProperty), meetingId },
            });
        }

        private static string RecurrenceOf(Outlook.AppointmentItem item) => item.RecurrenceState switch
        {
            Outlook.OlRecurrenceState.olApptMaster => "series",
            Outlook.OlRecurrenceState.olApptOccurrence => "occurrence",
            Outlook.OlRecurrenceState.olApptException => "occurrence",
            _ => "none",
        };

        private static string? Mark(Outlook.AppointmentItem item, string name) => item.UserProperties.Find(name)?.Value as string;

        private static void SetMark(Outlook.AppointmentItem item, string name, string? value)
        {
            var property = item.UserProperties.Find(name);
            if (value == null) property?.Delete();
            else (property ?? item.UserProperties.Add(name, Outlook.OlUserPropertyType.olText, false)).Value = value;
        }

        /// <summary>On Outlook's thread.</summary>
        private void Do(IDictionary<string, object> line)
        {
            if (!(line["item"] is string name) || !open.TryGetValue(name, out var item)) return;
            switch (line["do"] as string)
            {
                case "mark":
                    var marks = (IDictionary<string, object>)line["marks"];
                    SetMark(item, KeyProperty, marks["key"] as string);
                    SetMark(item, MeetingProperty, marks["meetingId"] as string);
                    break;
                case "write":
                    var ours = (string)line["location"];
                    var written = (item.Location ?? "").Trim();
                    if (!written.Contains(ours)) item.Location = written == "" ? ours : written + "; " + ours;
                    WriteBlock(item, (string)((IDictionary<string, object>)line["block"])["text"]);
                    break;
                case "say":
                    var icon = (bool)line["isProblem"] ? MessageBoxIcon.Warning : MessageBoxIcon.Information;
                    MessageBox.Show((string)line["text"], "Kalends", MessageBoxButtons.OK, icon);
                    break;
                case "done":
                    open.Remove(name);
                    break;
            }
        }

        /// <summary>Through the editor of the open window, so that nothing else of the body is read or reformatted.</summary>
        private static void WriteBlock(Outlook.AppointmentItem item, string text)
        {
            dynamic? document = item.GetInspector.WordEditor;
            if (document == null) return;
            var block = "-::~ meeting ~::-\r" + text.Replace("\n", "\r") + "\r-::~ end of meeting ~::-";
            dynamic range;
            if (document.Bookmarks.Exists(Bookmark)) range = document.Bookmarks[Bookmark].Range;
            else
            {
                document.Content.InsertAfter("\r");
                range = document.Range(document.Content.End - 1, document.Content.End - 1);
            }
            range.Text = block;
            document.Bookmarks.Add(Bookmark, range);
        }
    }
}
