namespace Silent;

public class Graph
{
    public int Query(string text) => text.Length;

    public int ExecuteScalar(string text) => text.Length;

    public int Sum() => Query("SELECT a FROM t") + Query("SELECT b FROM t") + ExecuteScalar("SELECT c FROM t");
}
