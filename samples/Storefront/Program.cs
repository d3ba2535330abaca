using MonotonicReads.Cluster;
using Storefront;
using Storefront.Data;
using Storefront.Pages;
using Storefront.Web;

if (Arguments.Parse(args, out var error) is not { } arguments)
{
    await Console.Error.WriteLineAsync(error);
    await Console.Error.WriteLineAsync(Arguments.Usage);
    return 2;
}

if (arguments.Help)
{
    Console.WriteLine(Arguments.Usage);
    return 0;
}

using var ending = new Ending();
try
{
    if (arguments.Web)
    {
        PagePort.ThrowIfTaken(arguments.Port); // before servers are started for nothing
    }

    await using IShopDatabase shop = arguments.MariaDb ? await MariaDbShop.CreateAsync(ending.Token) : await EmbeddedShop.CreateAsync();
    if (arguments.Web)
    {
        await LivePage.ServeAsync(shop, arguments.Port, ending.Token);
    }
    else
    {
        await TableOfPages.PrintAsync(shop, arguments.Pages, ending.Token);
    }

    return 0;
}
catch (OperationCanceledException) when (ending.Token.IsCancellationRequested)
{
    return Ending.ExitCode;
}
catch (Exception exception) when (exception is MariaDbMissingException or PlatformNotSupportedException or PortTakenException)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}
