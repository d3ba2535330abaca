using MonotonicReads.Benchmarks.Analysis;
using MonotonicReads.Benchmarks.Figures;
using MonotonicReads.Benchmarks.Reading;

if (args is ["keystroke"])
{
    FigureTable.Print([.. await KeystrokeFigures.MeasureAsync()]);
    return;
}

if (args is ["analyzers"])
{
    FigureTable.Print([.. await KeystrokeFigures.MeasureAsync(), .. await BuildFigures.SharesAsync(), .. await BuildFigures.GrowthAsync()]);
    return;
}

if (args is ["growth"])
{
    FigureTable.Print([.. await BuildFigures.GrowthAsync()]);
    return;
}

if (args is ["shares"])
{
    FigureTable.Print([.. await BuildFigures.SharesAsync()]);
    return;
}

if (args is ["reads"])
{
    FigureTable.Print([.. await ReadFigures.RunAsync()]);
    return;
}

Console.WriteLine("selection ...");
var figures = SelectionFigures.Measure().ToList();
Console.WriteLine("wrapper ...");
figures.AddRange(WrapperFigures.Measure());
Console.WriteLine("analyzers in a build ...");
figures.AddRange(await BuildFigures.SharesAsync());
figures.AddRange(await BuildFigures.GrowthAsync());
Console.WriteLine("keystroke ...");
figures.AddRange(await KeystrokeFigures.MeasureAsync());
Console.WriteLine("reads on a MariaDB cluster ...");
figures.AddRange(await ReadFigures.RunAsync());
FigureTable.Print(figures);
