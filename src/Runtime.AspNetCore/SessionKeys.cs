using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using MonotonicReads.Sessions;

namespace MonotonicReads.AspNetCore;

/// <summary>What protects the tokens of the application's requests, and what its cookie is called after it.</summary>
internal sealed class SessionKeys
{
    private const string CookiePrefix = "mr-session-";
    private const int CookieHashBytes = 5;

    private readonly RequestSessionOptions _options;

    public SessionKeys(IOptions<RequestSessionOptions> options, IServiceProvider services)
    {
        _options = options.Value;
        Tokens =
            _options.Tokens
            ?? SessionTokenOptions.Default
            ?? new SessionTokenOptions
            {
                Protector = new DataProtectionTokenProtector(
                    services.GetService(typeof(IDataProtectionProvider)) as IDataProtectionProvider
                        ?? throw new InvalidOperationException(
                            "UseReadSessions() needs keys for its tokens: call services.AddReadSessions() or services.AddDataProtection()."
                        )
                ),
            };

        // Instances of one application share its keys, whatever their ports; of two applications on one host each has its own.
        var keys = Tokens.Protector is ITokenKeys { KeyNames: { Count: > 0 } names }
            ? names
            : [Discriminator(services) ?? AppDomain.CurrentDomain.FriendlyName];
        DefaultCookieNames = [.. keys.Select(NameOf)];
    }

    // As data protection tells applications apart.
    private static string? Discriminator(IServiceProvider services) =>
        (services.GetService(typeof(IOptions<DataProtectionOptions>)) as IOptions<DataProtectionOptions>)?.Value.ApplicationDiscriminator
        ?? services.GetApplicationUniqueIdentifier();

    public SessionTokenOptions Tokens { get; }

    /// <summary>The cookie's names where the options give it none, one for each key: the first is written, all are read.</summary>
    private IReadOnlyList<string> DefaultCookieNames { get; }

    /// <summary>The names under which a request may carry the session; empty where no cookie does.</summary>
    public IReadOnlyList<string> CookieNames =>
        _options.Cookie is not { } cookie ? []
        : string.IsNullOrEmpty(cookie.Name) ? DefaultCookieNames
        : [cookie.Name];

    private static string NameOf(string key) =>
#pragma warning disable CA1308 // A cookie is called in lower case.
        CookiePrefix + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, CookieHashBytes)).ToLowerInvariant();
#pragma warning restore CA1308
}
