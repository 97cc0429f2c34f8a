using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Text;
using System.Threading;
using System.Web.Script.Serialization;

namespace Kalends.Outlook
{
    /// <summary>
    /// The plugin's core (apps/outlook-plugin/src), running beside Outlook as a process that is told of events and answers
    /// with what is to be done, a line of JSON each. It has no window and no network: it talks to the desktop agent alone.
    /// </summary>
    internal sealed class Host : IDisposable
    {
        private readonly JavaScriptSerializer json = new JavaScriptSerializer();
        private readonly string program;
        private readonly SynchronizationContext outlook;
        private readonly Action<IDictionary<string, object>> onLine;
        private Process? process;

        /// <param name="outlook">Of Outlook's own thread: its object model is used on no other.</param>
        internal Host(string program, SynchronizationContext outlook, Action<IDictionary<string, object>> onLine)
        {
            this.program = program;
            this.outlook = outlook;
            this.onLine = onLine;
        }

        internal void Tell(object line)
        {
            if (process == null || process.HasExited) Start();
            var bytes = new UTF8Encoding(false).GetBytes(json.Serialize(line) + "\n");
            process!.StandardInput.BaseStream.Write(bytes, 0, bytes.Length);
            process.StandardInput.BaseStream.Flush();
        }

        private void Start()
        {
            process?.Dispose();
            process = new Process
            {
                StartInfo = new ProcessStartInfo(program, "serve")
                {
                    UseShellExecute = false,
                    CreateNoWindow = true,
                    RedirectStandardInput = true,
                    RedirectStandardOutput = true,
                    StandardOutputEncoding = new UTF8Encoding(false),
                },
            };
            process.OutputDataReceived += (_, said) =>
            {
                if (said.Data == null) return;
                var line = json.Deserialize<Dictionary<string, object>>(said.Data);
                outlook.Post(_2 => onLine(line), null);
            };
            process.Start();
            process.BeginOutputReadLine();
        }

        public void Dispose()
        {
            if (process == null) return;
            // At the end of its lines the host ends by itself.
            try { if (!process.HasExited) process.StandardInput.Close(); } catch (IOException) { }
            process.Dispose();
            process = null;
        }
    }
}
