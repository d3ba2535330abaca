using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MonotonicReads.Analyzer.Tests.Rules;

/// <summary>
/// Stand-ins for libraries that most repositories have and the tests do not reference: the same namespaces, types and signatures as in their published
/// source, without bodies, in an assembly of their own.
/// </summary>
internal static class UsualLibraries
{
    private static readonly Lazy<ImmutableArray<MetadataReference>> Built = new(Build);

    /// <summary>The references of most tests, and the stand-ins.</summary>
    public static ImmutableArray<MetadataReference> References => Built.Value;

    private const string Source = """
        using System; using System.Collections.Generic; using System.Threading; using System.Threading.Tasks; using System.Linq; using System.Linq.Expressions;
        namespace Microsoft.Extensions.Configuration
        {
            public interface IConfiguration { string this[string key] { get; set; } IConfigurationSection GetSection(string key); IEnumerable<IConfigurationSection> GetChildren(); }
            public interface IConfigurationSection : IConfiguration { string Value { get; set; } }
            public interface IConfigurationRoot : IConfiguration { void Reload(); }
            public static class ConfigurationExtensions { public static string GetConnectionString(this IConfiguration configuration, string name) => null; }
            public static class ConfigurationBinder
            {
                public static T Get<T>(this IConfiguration configuration) => default; public static T GetValue<T>(this IConfiguration configuration, string key, T defaultValue) => default;
                public static void Bind(this IConfiguration configuration, object instance) { }
            }
        }
        namespace Microsoft.Extensions.Logging
        {
            public interface ILogger { bool IsEnabled(int level); IDisposable BeginScope<TState>(TState state); }
            public interface ILogger<T> : ILogger { }
            public static class LoggerExtensions
            {
                public static void LogInformation(this ILogger logger, string message, params object[] args) { }
                public static void LogError(this ILogger logger, Exception exception, string message, params object[] args) { }
            }
        }
        namespace Microsoft.Extensions.Options
        {
            public interface IOptions<T> { T Value { get; } } public interface IOptionsMonitor<T> { T CurrentValue { get; } T Get(string name); IDisposable OnChange(Action<T> listener); }
        }
        namespace Microsoft.Extensions.DependencyInjection
        {
            public interface IServiceScope : IDisposable { IServiceProvider ServiceProvider { get; } } public interface IServiceScopeFactory { IServiceScope CreateScope(); }
            public static class ServiceProviderServiceExtensions { public static T GetRequiredService<T>(this IServiceProvider provider) => default; }
        }
        namespace Microsoft.Extensions.Caching.Memory
        {
            public interface ICacheEntry : IDisposable { object Value { get; set; } }
            public interface IMemoryCache : IDisposable { bool TryGetValue(object key, out object value); ICacheEntry CreateEntry(object key); void Remove(object key); }
            public static class CacheExtensions
            {
                public static bool TryGetValue<T>(this IMemoryCache cache, object key, out T value) { value = default; return false; }
                public static T Get<T>(this IMemoryCache cache, object key) => default; public static T Set<T>(this IMemoryCache cache, object key, T value) => value;
                public static Task<T> GetOrCreateAsync<T>(this IMemoryCache cache, object key, Func<ICacheEntry, Task<T>> factory) => null;
            }
        }
        namespace Microsoft.Extensions.Caching.Distributed
        {
            public interface IDistributedCache { Task<byte[]> GetAsync(string key, CancellationToken token = default); Task RemoveAsync(string key, CancellationToken token = default); }
            public static class DistributedCacheExtensions
            {
                public static Task<string> GetStringAsync(this IDistributedCache cache, string key, CancellationToken token = default) => null;
                public static Task SetStringAsync(this IDistributedCache cache, string key, string value, CancellationToken token = default) => null;
            }
        }
        namespace Microsoft.AspNetCore.Http
        {
            public interface IHeaderDictionary : IDictionary<string, string> { }
            public abstract class HttpRequest { public abstract string Method { get; } }
            public abstract class HttpContext { public abstract System.Security.Claims.ClaimsPrincipal User { get; set; } public abstract string TraceIdentifier { get; set; } public abstract HttpRequest Request { get; } public abstract IDictionary<object, object> Items { get; set; } }
            public interface IHttpContextAccessor { HttpContext HttpContext { get; set; } }
        }
        namespace AutoMapper
        {
            public interface IMapper { T Map<T>(object source); TDestination Map<TSource, TDestination>(TSource source, TDestination destination); }
        }
        namespace Mapster { public static class TypeAdapter { public static T Adapt<T>(this object source) => default; } }
        namespace Newtonsoft.Json
        {
            public static class JsonConvert { public static string SerializeObject(object value) => null; public static T DeserializeObject<T>(string value) => default; public static void PopulateObject(string value, object target) { } }
        }
        namespace Newtonsoft.Json.Linq { public class JObject { public static JObject Parse(string json) => null; public void Add(string name, object value) { } public bool Remove(string name) => false; public object this[string name] { get => null; set { } } } }
        namespace Serilog { public static class Log { public static void Information(string template, params object[] values) { } } public interface ILogger { void Warning(string template, params object[] values); } }
        namespace Polly { public interface IAsyncPolicy { Task<T> ExecuteAsync<T>(Func<Task<T>> action); } }
        namespace MediatR { public interface IRequest<T> { } public interface IMediator { Task<T> Send<T>(IRequest<T> request); } }
        namespace Other.Sending { public class Mail { public void Send(string text) { } public int Sent { get; } } }
        """;

    private static ImmutableArray<MetadataReference> Build()
    {
        var compilation = CSharpCompilation.Create(
            "UsualLibraries",
            [CSharpSyntaxTree.ParseText(Source)],
            ReadRules.References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)
        );
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        return [.. ReadRules.References, MetadataReference.CreateFromImage(image.ToArray(), filePath: "UsualLibraries.dll")];
    }
}
