using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace MonotonicReads.Cluster.Tests.AspNetCore;

/// <summary>A circuit of Blazor Server as a browser has one: a page, a connection to <c>/_blazor</c>, and clicks on a button.</summary>
internal sealed class Circuit : IAsyncDisposable
{
    // The renderer hands itself to the browser before anything else, and the page has one event.
    private const long Renderer = 1;

    private readonly HubConnection _hub;
    private readonly CircuitClicks _clicks;
    private int _calls;
    private int _components;

    private readonly string _secret;

    private Circuit(HubConnection hub, CircuitClicks clicks, string secret) => (_hub, _clicks, _secret) = (hub, clicks, secret);

    public static void Add(WebApplicationBuilder builder)
    {
        builder.Services.AddRazorComponents().AddInteractiveServerComponents(o => o.DetailedErrors = true);
        builder.Services.AddSingleton<CircuitClicks>();
        builder.Services.AddScoped<Microsoft.AspNetCore.Components.Server.Circuits.CircuitHandler, Connected>();
    }

    public static void Map(WebApplication app)
    {
        app.UseAntiforgery();
        app.MapRazorComponents<CircuitApp>().AddInteractiveServerRenderMode();
    }

    public static async Task<Circuit> OpenAsync(Site site, Browser user)
    {
        var marker = await MarkerAsync(site, user);
        var clicks = site.Services.GetRequiredService<CircuitClicks>();
        var hub = await ConnectAsync(site, user, clicks);
        var secret = await hub.InvokeAsync<string?>("StartCircuit", site.Address.ToString(), site.At("/circuit").ToString(), "[]", "");
        Assert.NotNull(secret);
        var circuit = new Circuit(hub, clicks, secret);
        clicks.Rendered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await circuit.AddAsync(marker);
        await clicks.Rendered.Task.WaitAsync(TimeSpan.FromMinutes(1));
        return circuit;
    }

    /// <summary>The connection breaks, and the browser comes back to the same circuit.</summary>
    public async Task<(Circuit Circuit, long Done)> ReconnectAsync(Site site, Browser user, Func<Task<long>> connected)
    {
        _clicks.Connected = connected;
        await _hub.DisposeAsync();
        var hub = await ConnectAsync(site, user, _clicks);
        Assert.True(await hub.InvokeAsync<bool>("ConnectCircuit", _secret));
        return (new Circuit(hub, _clicks, _secret) { _calls = _calls, _components = _components }, _clicks.ConnectedDone);
    }

    /// <summary>Navigates to a page with one more component, and waits for what that does at its beginning.</summary>
    public async Task<long> NavigateAsync(Site site, Browser user, Func<Task<long>> begin)
    {
        var marker = await MarkerAsync(site, user);
        var begun = _clicks.NextBeginning(begin);
        await AddAsync(marker);
        return await begun.WaitAsync(TimeSpan.FromMinutes(1));
    }

    // As for every page: no event, and not under the framework's hook for what a browser asks for.
    private Task AddAsync(string marker)
    {
        var component = ++_components;
        return _hub.SendAsync(
            "UpdateRootComponents",
            $$"""{"batchId":{{component}},"operations":[{"type":"add","ssrComponentId":{{component}},"marker":{{marker}}}]}""",
            ""
        );
    }

    private static async Task<string> MarkerAsync(Site site, Browser user)
    {
        var page = await user.Http.GetStringAsync(site.At("/circuit"));
        var marker = Regex.Match(page, "<!--Blazor:(\\{.*?\\})-->").Groups[1].Value;
        Assert.NotEmpty(marker);
        return marker;
    }

    private static async Task<HubConnection> ConnectAsync(Site site, Browser user, CircuitClicks clicks)
    {
        var hub = new HubConnectionBuilder()
            .WithUrl(site.At("/_blazor"), HttpTransportType.WebSockets, o => o.Cookies = user.Jar)
            .AddBlazorPack()
            .Build();
        hub.On<string>("JS.Error", clicks.Fail);
        hub.On<long, byte[]>("JS.RenderBatch", (batch, _) => hub.SendAsync("OnRenderCompleted", batch, null));
        await hub.StartAsync();
        return hub;
    }

    /// <summary>Clicks, and waits until all that the component does about it is done.</summary>
    public async Task<long> ClickAsync(Func<Task<long>> act)
    {
        var done = _clicks.Next(act);
        await PostAsync();
        return await done.WaitAsync(TimeSpan.FromMinutes(1));
    }

    /// <summary>Clicks, and waits for nothing.</summary>
    /// <param name="number">Where the browser says it was: noted in the order in which clicks arrive.</param>
    public Task PostAsync(int number = 0) =>
        _hub.SendAsync(
            "BeginInvokeDotNetFromJS",
            (++_calls).ToString(CultureInfo.InvariantCulture),
            null,
            "DispatchEventAsync",
            Renderer,
            $$"""[{"eventHandlerId":1,"eventName":"click","eventFieldInfo":null},{"clientX":{{number}}}]"""
        );

    public ValueTask DisposeAsync() => _hub.DisposeAsync();
}

/// <summary>What the component does when it is clicked.</summary>
internal sealed class CircuitClicks
{
    private readonly Queue<(Func<Task<long>> Act, TaskCompletionSource<long> Done)> _next = new();
    private bool _hasBeginning;

    /// <summary>The component of the circuit that was opened last is there.</summary>
    public TaskCompletionSource Rendered { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<long> Next(Func<Task<long>> act)
    {
        var done = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_next)
        {
            _next.Enqueue((act, done));
        }

        return done.Task;
    }

    /// <summary>What the application does when a circuit is connected.</summary>
    public Func<Task<long>>? Connected { get; set; }

    public long ConnectedDone { get; set; }

    public ConcurrentQueue<int> Order { get; } = new();

    public Task ClickedAsync(int number)
    {
        Order.Enqueue(number);
        return RunNextAsync();
    }

    /// <summary>What the component does that begins next.</summary>
    public Task<long> NextBeginning(Func<Task<long>> act)
    {
        lock (_next)
        {
            _hasBeginning = true;
        }

        return Next(act);
    }

    public Task BeginAsync()
    {
        lock (_next)
        {
            if (!_hasBeginning)
            {
                return Task.CompletedTask;
            }

            _hasBeginning = false;
        }

        return RunNextAsync();
    }

    private async Task RunNextAsync()
    {
        (Func<Task<long>> Act, TaskCompletionSource<long> Done) next;
        lock (_next)
        {
            next = _next.Dequeue();
        }

        try
        {
            next.Done.SetResult(await next.Act());
        }
        catch (Exception exception)
        {
            next.Done.SetException(exception);
        }
    }

    public void Fail(string error)
    {
        var failure = new InvalidOperationException(error);
        Rendered.TrySetException(failure);
        lock (_next)
        {
            foreach (var (_, done) in _next)
            {
                done.TrySetException(failure);
            }
        }
    }
}

internal static class BlazorPack
{
    // The server's own: the framework has it for itself alone.
    public static HubConnectionBuilder AddBlazorPack(this HubConnectionBuilder builder)
    {
        var type = typeof(CircuitOptions).Assembly.GetType(
            "Microsoft.AspNetCore.Components.Server.BlazorPack.BlazorPackHubProtocol",
            true
        )!;
        builder.Services.AddSingleton((IHubProtocol)Activator.CreateInstance(type, nonPublic: true)!);
        return builder;
    }

    public static HubConnectionBuilder AddBlazorPack(this IHubConnectionBuilder builder) => ((HubConnectionBuilder)builder).AddBlazorPack();
}

/// <summary>The page around the component.</summary>
internal sealed class CircuitApp : ComponentBase
{
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.OpenComponent<CircuitPage>(0);
        builder.AddComponentRenderMode(new InteractiveServerRenderMode(prerender: false));
        builder.CloseComponent();
    }
}

/// <summary>A button.</summary>
[Route("/circuit")]
public sealed class CircuitPage : ComponentBase
{
    [Inject]
    private IServiceProvider Services { get; set; } = null!;

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.OpenElement(0, "button");
        builder.AddAttribute(1, "onclick", EventCallback.Factory.Create<MouseEventArgs>(this, ClickedAsync));
        builder.CloseElement();
    }

    protected override Task OnInitializedAsync() => Clicks.BeginAsync();

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            Clicks.Rendered.TrySetResult();
        }
    }

    private CircuitClicks Clicks => Services.GetRequiredService<CircuitClicks>();

    private Task ClickedAsync(MouseEventArgs click) => Clicks.ClickedAsync((int)click.ClientX);
}

/// <summary>The application's own handler.</summary>
internal sealed class Connected(CircuitClicks clicks) : Microsoft.AspNetCore.Components.Server.Circuits.CircuitHandler
{
    public override async Task OnConnectionUpAsync(
        Microsoft.AspNetCore.Components.Server.Circuits.Circuit circuit,
        CancellationToken cancellationToken
    )
    {
        if (clicks.Connected is { } act)
        {
            clicks.ConnectedDone = await act();
        }
    }
}
