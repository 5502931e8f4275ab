namespace InProcess;

/// <summary>One way of calling a service in the same process. A struct, so that every contender has loops compiled for it alone.</summary>
internal interface IContender
{
    ValueTask<string> EchoAsync(string text);

    ValueTask<int> AddAsync(int left, int right);
}
