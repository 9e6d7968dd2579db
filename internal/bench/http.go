package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"gongyi/internal/app"
	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/apikey"
	"gongyi/internal/platform/db"
)

// OverHTTP measures a server process, this very program, from outside: each
// caller has one connection and sends a request when the last was answered.
func OverHTTP(ctx context.Context, program string, cfg app.Config, s Settings) (r Result, err error) {
	town, key, err := fill(ctx, cfg, s)
	if err != nil {
		return Result{}, err
	}
	server, err := startServer(ctx, program, cfg)
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	took, failed, wall := drive(ctx, server.address, key, town, s)
	r = Result{Name: "http", Callers: s.Callers, Communities: len(town.Communities), Keys: s.Keys, Existing: town.existing, Settled: int64(len(took)) * int64(s.Batch), Failed: failed}
	if s.Batch > 1 {
		r.Name = "bulk"
	}
	slices.Sort(took)
	if n := len(took); n > 0 {
		r.PerSecond = float64(r.Settled) / wall.Seconds()
		r.P50, r.P99 = ms(took[n/2]), ms(took[min(n-1, n*99/100)])
	}
	r.RSS = ResidentMB(server.cmd.Process.Pid)
	if err := server.stop(); err != nil {
		return r, err
	}
	usage := server.cmd.ProcessState.SysUsage().(*syscall.Rusage)
	r.CPU = (time.Duration(usage.Utime.Nano()+usage.Stime.Nano()) - server.before).Seconds() / wall.Seconds()
	a, err := app.Open(ctx, cfg)
	if err != nil {
		return r, err
	}
	r.Engine = string(a.DB.Engine())
	return r, errors.Join(r.weigh(ctx, a), a.Close())
}

// fill prepares the books and a key, then lets go of them.
func fill(ctx context.Context, cfg app.Config, s Settings) (*Town, string, error) {
	a, town, err := prepare(ctx, cfg, s)
	if err != nil {
		return nil, "", err
	}
	var key string
	err = a.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) (err error) {
		_, key, err = a.Flows.Keys.Make(ctx, tx, "bench", apikey.Scope{Rights: []apikey.Right{apikey.Settle}}, 0)
		return err
	})
	return town, key, errors.Join(err, a.Close())
}

// serverProcess is the program under test.
type serverProcess struct {
	cmd     *exec.Cmd
	address string
	before  time.Duration // processor time it had used when it was ready
	once    sync.Once
	err     error
}

func startServer(ctx context.Context, program string, cfg app.Config) (*serverProcess, error) {
	args := []string{"serve", "--addr", "127.0.0.1:0"}
	if cfg.DatabaseURL != "" {
		args = append(args, "--database-url", cfg.DatabaseURL)
	} else {
		args = append(args, "--data", cfg.Data)
	}
	return start(ctx, program, append(args, "--state", cfg.State))
}

// start runs the program and waits until it says that it is ready.
func start(ctx context.Context, program string, args []string) (*serverProcess, error) {
	p := &serverProcess{cmd: exec.CommandContext(ctx, program, args...)}
	p.cmd.Stderr = os.Stderr
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if url, ok := strings.CutPrefix(lines.Text(), "ready http://"); ok {
			p.address = url
			go io.Copy(io.Discard, out)
			return p, nil
		}
	}
	return nil, errors.Join(errors.New("bench: the server did not get ready"), p.stop())
}

// stop ends the server as an operator would.
func (p *serverProcess) stop() error {
	p.once.Do(func() {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		p.err = p.cmd.Wait()
	})
	return p.err
}

// drive runs the callers and collects how long each request took.
func drive(ctx context.Context, address, key string, town *Town, s Settings) (took []time.Duration, failed int64, wall time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(s.Seconds)*time.Second)
	defer cancel()
	var refused atomic.Int64
	all := make([][]time.Duration, s.Callers)
	began := time.Now()
	var wg sync.WaitGroup
	for i := range s.Callers {
		wg.Go(func() {
			c := &client{address: address, key: key, stream: town.caller(i), batch: s.Batch}
			all[i] = c.run(ctx, &refused)
		})
	}
	wg.Wait()
	return slices.Concat(all...), refused.Load(), time.Since(began)
}

// client is one caller: HTTP/1.1 by hand, because the machine's processors are
// shared with the server that is measured.
type client struct {
	address, key string
	stream       *purchases
	batch        int
	conn         net.Conn
	in           *bufio.Reader
	out          bytes.Buffer
	body         []byte
}

func (c *client) run(ctx context.Context, refused *atomic.Int64) (took []time.Duration) {
	conn, err := net.Dial("tcp", c.address)
	if err != nil {
		refused.Add(1)
		return nil
	}
	defer conn.Close()
	c.conn, c.in = conn, bufio.NewReaderSize(conn, 16<<10)
	for ctx.Err() == nil {
		began := time.Now()
		ok, err := c.call()
		if err != nil {
			refused.Add(1)
			return took
		}
		if !ok {
			refused.Add(1)
			continue
		}
		took = append(took, time.Since(began))
	}
	return took
}

// call sends one request and reads its answer.
func (c *client) call() (ok bool, err error) {
	now := time.Now().UTC()
	community, p := c.stream.next(now)
	c.body = c.body[:0]
	path := "/purchases"
	if c.batch > 1 {
		path = "/purchase-batches"
		c.body = append(c.body, `{"purchases":[`...)
		for i := range c.batch {
			if i > 0 {
				c.body = append(c.body, ',')
				_, p = c.stream.nextIn(community, now)
			}
			c.body = appendPurchase(c.body, &p)
		}
		c.body = append(c.body, `]}`...)
	} else {
		c.body = appendPurchase(c.body, &p)
	}
	c.out.Reset()
	fmt.Fprintf(&c.out, "POST /api/v1/communities/%s%s HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n",
		c.stream.town.Refs[community], path, c.key, len(c.body))
	c.out.Write(c.body)
	if _, err := c.conn.Write(c.out.Bytes()); err != nil {
		return false, err
	}
	return c.answer()
}

// answer reads the status and throws the body away, after a look at a batch's
// count of refusals.
func (c *client) answer() (ok bool, err error) {
	line, err := c.in.ReadSlice('\n')
	if err != nil || len(line) < 12 {
		return false, errors.Join(err, io.ErrUnexpectedEOF)
	}
	ok = line[9] == '2'
	length := 0
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return false, err
		}
		if len(line) <= 2 {
			break
		}
		if name, value, found := bytes.Cut(line, []byte(":")); found && bytes.EqualFold(name, []byte("Content-Length")) {
			length, err = strconv.Atoi(string(bytes.TrimSpace(value)))
			if err != nil {
				return false, err
			}
		} else if bytes.EqualFold(name, []byte("Transfer-Encoding")) {
			return ok, c.chunks()
		}
	}
	_, err = c.in.Discard(length)
	return ok, err
}

// chunks throws a chunked body away.
func (c *client) chunks() error {
	for blank := false; !blank; { // the rest of the header
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		blank = len(line) <= 2
	}
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		n, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 16, 32)
		if err != nil {
			return err
		}
		if _, err := c.in.Discard(int(n) + 2); err != nil || n == 0 {
			return err
		}
	}
}

func appendPurchase(b []byte, p *flow.Purchase) []byte {
	b = append(b, `{"purchase_ref":"`...)
	b = append(b, p.Ref...)
	b = append(b, `","purchased_at":"`...)
	b = p.PurchasedAt.AppendFormat(b, time.RFC3339Nano)
	b = append(b, `","member_ref":"`...)
	b = append(b, p.Member...)
	b = append(b, `","merchant_ref":"`...)
	b = append(b, p.Merchant...)
	b = append(b, `","list_amount":"`...)
	b = p.List.AppendDecimal(b, money.CNY)
	b = append(b, `","price":"`...)
	b = p.Price.AppendDecimal(b, money.CNY)
	b = append(b, `","cash_held":"`...)
	b = p.Held.AppendDecimal(b, money.CNY)
	b = append(b, `","items":`...)
	b = strconv.AppendInt(b, int64(p.Items), 10)
	return append(b, '}')
}
