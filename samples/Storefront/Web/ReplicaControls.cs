using System.Collections.Concurrent;
using Storefront.Data;

namespace Storefront.Web;

/// <summary>What the page does to replicas: one change of each at a time, and of many moves of a slider the last.</summary>
internal sealed class ReplicaControls(IShopDatabase shop, Stage stage) : IDisposable
{
    private readonly ConcurrentDictionary<string, Control> _controls = new(
        shop.Replicas.Select(replica => KeyValuePair.Create(replica.Name, new Control(replica)))
    );

    public bool Knows(string name) => _controls.ContainsKey(name);

    public bool IsChanging(IShopReplica replica) => _controls[replica.Name].IsChanging;

    public TimeSpan WantedLag(IShopReplica replica) => _controls[replica.Name].WantedLag;

    public async Task ChangeAsync(string name, ReplicaChange change)
    {
        var control = _controls[name];
        if (change.Lag is { } lag)
        {
            await control.SetLagAsync(Math.Round(lag / shop.LagStep.TotalSeconds) * shop.LagStep);
        }

        if (change.IsUp is { } isUp && await control.SetUpAsync(isUp))
        {
            stage.Say(isUp ? $"You brought {name} back." : $"You killed {name}.");
        }
    }

    public void Dispose()
    {
        foreach (var control in _controls.Values)
        {
            control.Dispose();
        }
    }

    private sealed class Control(IShopReplica replica) : IDisposable
    {
        private readonly SemaphoreSlim _one = new(1, 1);
        private long _wantedTicks = replica.Lag.Ticks;
        private volatile bool _isChanging;

        public void Dispose() => _one.Dispose();

        public bool IsChanging => _isChanging;

        public TimeSpan WantedLag => new(Volatile.Read(ref _wantedTicks));

        public async Task SetLagAsync(TimeSpan lag)
        {
            Volatile.Write(ref _wantedTicks, lag.Ticks);
            await _one.WaitAsync();
            try
            {
                if (replica.Lag != WantedLag)
                {
                    await replica.SetLagAsync(WantedLag);
                }
            }
            finally
            {
                _one.Release();
            }
        }

        /// <returns>Whether it was otherwise before.</returns>
        public async Task<bool> SetUpAsync(bool isUp)
        {
            await _one.WaitAsync();
            try
            {
                if (replica.IsUp == isUp)
                {
                    return false;
                }

                _isChanging = true;
                await (isUp ? replica.ReviveAsync() : replica.KillAsync());
                return true;
            }
            finally
            {
                _isChanging = false;
                _one.Release();
            }
        }
    }
}
