namespace MonotonicReads.Generator.Effects;

/// <summary>The framework's namespaces and types, and those of libraries that most projects have, by what their members do.</summary>
internal static class FrameworkNames
{
    /// <summary>Members with a result do nothing; those without change what they are called on.</summary>
    public static readonly HashSet<string> Harmless = new(StringComparer.Ordinal)
    {
        "System",
        "System.Buffers",
        "System.ComponentModel",
        "System.ComponentModel.DataAnnotations",
        "System.Data.SqlTypes",
        "System.Diagnostics.CodeAnalysis",
        "System.Globalization",
        "System.Linq",
        "System.Linq.Expressions",
        "System.Numerics",
        "System.Reflection",
        "System.Runtime.CompilerServices",
        "System.Runtime.ExceptionServices",
        "System.Security.Claims",
        "System.Security.Cryptography",
        "System.Security.Principal",
        "System.Text.Encodings.Web",
        "System.Text.Json",
        "System.Text.RegularExpressions",
        "System.Threading.Tasks",
        "Microsoft.AspNetCore.DataProtection",
        "Microsoft.AspNetCore.WebUtilities",
        "Microsoft.Extensions.Configuration",
        "Microsoft.Extensions.DependencyInjection",
        "Microsoft.Extensions.Options",
        "Microsoft.Extensions.Primitives",
        "Ardalis.GuardClauses",
        "AutoMapper",
        "AutoMapper.QueryableExtensions",
        "CommunityToolkit.Diagnostics",
        "Mapster",
        "MapsterMapper",
        "Newtonsoft.Json",
        "NodaTime",
        "Polly",
        "Polly.Registry",
        "Polly.Retry",
    };

    /// <summary>Another run says, measures or guards once more, which does no harm.</summary>
    public static readonly HashSet<string> MayBeSaidTwice = new(StringComparer.Ordinal)
    {
        "System.Diagnostics",
        "System.Diagnostics.Metrics",
        "Microsoft.Extensions.Logging",
        "NLog",
        "OpenTelemetry.Trace",
        "Serilog",
        "Serilog.Context",
        "log4net",
    };

    /// <summary>Their objects are changed by what does not only look at them.</summary>
    public static readonly HashSet<string> Changeable = new(StringComparer.Ordinal)
    {
        "System.Collections",
        "System.Collections.Concurrent",
        "System.Collections.Generic",
        "System.Collections.ObjectModel",
        "System.Collections.Specialized",
        "System.Data",
        "System.Dynamic",
        "System.Text",
        "System.Text.Json.Nodes",
        "System.Xml.Linq",
        "Microsoft.Extensions.Caching.Distributed",
        "Microsoft.Extensions.Caching.Hybrid",
        "Microsoft.Extensions.Caching.Memory",
        "Newtonsoft.Json.Linq",
    };

    /// <summary>Types of other namespaces whose members do nothing.</summary>
    public static readonly HashSet<string> HarmlessTypes = new(StringComparer.Ordinal)
    {
        "System.IO.Path",
        "System.Net.IPAddress",
        "System.Net.WebUtility",
        "System.Threading.CancellationToken",
        "System.Threading.CancellationTokenRegistration",
        "System.Threading.Lock",
        "System.Threading.Monitor",
        "System.Threading.ReaderWriterLockSlim",
        "System.Threading.SemaphoreSlim",
        "System.Web.HttpUtility",
        "System.Collections.Frozen.FrozenDictionary",
        "System.Collections.Frozen.FrozenSet",
    };

    public static readonly HashSet<string> ChangeableTypes = new(StringComparer.Ordinal)
    {
        "System.IO.BinaryReader",
        "System.IO.BinaryWriter",
        "System.IO.BufferedStream",
        "System.IO.MemoryStream",
        "System.IO.Stream",
        "System.IO.StreamReader",
        "System.IO.StreamWriter",
        "System.IO.StringReader",
        "System.IO.StringWriter",
        "System.IO.TextReader",
        "System.IO.TextWriter",
        "System.IO.Compression.BrotliStream",
        "System.IO.Compression.DeflateStream",
        "System.IO.Compression.GZipStream",
        "System.Runtime.CompilerServices.ConditionalWeakTable",
        "System.Threading.CancellationTokenSource",
        "System.Threading.Tasks.TaskCompletionSource",
    };

    /// <summary>What they are asked is harmless, and nothing else.</summary>
    public static readonly HashSet<string> Outside = new(StringComparer.Ordinal)
    {
        "System.AppContext",
        "System.AppDomain",
        "System.Console",
        "System.Environment",
        "System.GC",
        "System.IObserver",
        "System.IProgress",
        "System.Progress",
        "System.Diagnostics.Process",
        "System.Diagnostics.EventLog",
    };

    /// <summary>Begins of names of members that only look, where an object's own members change it.</summary>
    public static readonly string[] Looking =
    [
        "Ancestors",
        "As",
        "Attribute",
        "BinarySearch",
        "Clone",
        "Compare",
        "Contains",
        "ConvertAll",
        "Copy",
        "Count",
        "Create",
        "Deep",
        "Descendants",
        "Dispose",
        "Element",
        "Equals",
        "Exists",
        "Field",
        "Find",
        "ForEach",
        "Get",
        "IndexOf",
        "IsNull",
        "LastIndexOf",
        "NewRow",
        "Nodes",
        "Peek",
        "Root",
        "Save",
        "Select",
        "Slice",
        "To",
        "TrueForAll",
        "TryGet",
        "TryPeek",
        "Value",
        "WriteTo",
        "get_",
    ];

    /// <summary>Begins of names of members that change what they are called on, though they have a result.</summary>
    public static readonly string[] Changing =
    [
        "Add",
        "Advance",
        "Append",
        "Clear",
        "Dequeue",
        "Enqueue",
        "Insert",
        "OnChange",
        "Pop",
        "Push",
        "Remove",
        "Reset",
        "Set",
        "Subscribe",
        "TryAdd",
        "TryDequeue",
        "TryPop",
        "TryRemove",
        "TrySet",
        "TryWrite",
        "Write",
    ];

    /// <summary>Members without a result that do not change what they are called on.</summary>
    public static readonly string[] Void =
    [
        "Bind",
        "CopyTo",
        "Deconstruct",
        "Dispose",
        "ForEach",
        "GetObjectData",
        "GetResult",
        "OnCompleted",
        "Populate",
        "Serialize",
        "SetValue",
        "Throw",
        "UnsafeOnCompleted",
        "Validate",
        "Wait",
        "WriteTo",
    ];
}
