using System.Text;

namespace Fan.ZooKeeper.Client;

/// <summary>One request on its way: how it is written, how its answer is read, and who waits for it.</summary>
internal abstract class Request(OpCode op, string path)
{
    /// <summary>What every request needs beside its path and data, at the least.</summary>
    protected const int Overhead = 12;

    public OpCode Op { get; } = op;

    public string Path { get; } = path;

    /// <summary>The number that the answer will carry. Most get the connection's next one when they are sent.</summary>
    public int Xid { get; set; }

    /// <summary>Whether doing it twice is as good as once, so that it may be sent again on another connection.</summary>
    public virtual bool IsRepeatable => true;

    /// <summary>Whether who waits was woken.</summary>
    public abstract bool IsCompleted { get; }

    /// <summary>How large its frame is, or a little less than that, but never more; what the bound on bytes in flight counts.</summary>
    public virtual int EstimateBytes => Overhead + Encoding.UTF8.GetByteCount(Path);

    /// <summary>Writes what follows the header.</summary>
    public virtual void Write(FrameWriter writer) => writer.Path(Path);

    /// <summary>Reads the answer and wakes who waits.</summary>
    /// <exception cref="MalformedReplyException">The answer is not as it should be. Who waits was told already.</exception>
    public abstract void Complete(ErrorCode error, ref JuteReader body);

    /// <summary>Wakes who waits with an error.</summary>
    public abstract void Fail(Exception error);
}

/// <summary>A request with a result.</summary>
internal abstract class Request<T>(OpCode op, string path) : Request(op, path)
{
    private TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Done => _done.Task;

    public override bool IsCompleted => _done.Task.IsCompleted;

    /// <summary>Makes it ready to be sent once more.</summary>
    public void Renew() => _done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);

    public override void Complete(ErrorCode error, ref JuteReader body)
    {
        try
        {
            _done.TrySetResult(Read(error, ref body));
        }
        catch (RefusedException refused)
        {
            Fail(refused);
        }
        catch (MalformedReplyException malformed)
        {
            Fail(malformed);
            throw;
        }
    }

    public override void Fail(Exception error)
    {
        _done.TrySetException(error);
        // Who was cancelled meanwhile does not look.
        _ = _done.Task.Exception;
    }

    protected virtual T Read(ErrorCode error, ref JuteReader body)
    {
        if (error != ErrorCode.Ok) throw new RefusedException(error, Path);
        return ReadBody(ref body);
    }

    protected abstract T ReadBody(ref JuteReader body);
}
