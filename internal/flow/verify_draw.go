package flow

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/draw"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
)

// drawRecords are the draws of a community, as verify does them again: what was promised,
// listed and drawn stands in the evidence, follows from the entries, and every bag was
// given to whom it fell.
type drawRecords struct {
	draws   map[id.ID]*draw.Draw
	entries map[id.ID][]draw.Entry
	roots   map[id.ID]draw.Hash
	met     map[int64]bool // entries that a draw names
	given   map[int64]draw.Win
}

func (x *drawRecords) load(ctx context.Context, r db.Reader, p *replayer) error {
	x.draws, x.entries, x.roots = make(map[id.ID]*draw.Draw), make(map[id.ID][]draw.Entry), make(map[id.ID]draw.Hash)
	x.met, x.given = make(map[int64]bool), make(map[int64]draw.Win)
	for offset := 0; ; offset += drawsAtOnce {
		heads, err := p.flows.Draws.Draws(ctx, r, p.community, drawsAtOnce, offset)
		if err != nil {
			return err
		}
		for _, head := range heads {
			if err := x.read(ctx, r, p, head.ID); err != nil {
				return err
			}
		}
		if len(heads) < drawsAtOnce {
			return nil
		}
	}
}

const drawsAtOnce = 200

func (x *drawRecords) read(ctx context.Context, r db.Reader, p *replayer, at id.ID) error {
	d, err := p.flows.Draws.ByID(ctx, r, p.community, at)
	if err != nil {
		return err
	}
	x.draws[at] = d
	if x.entries[at], err = p.flows.Draws.Entries(ctx, r, p.community, at); err != nil || d.Outcome == nil {
		return err
	}
	log, err := p.flows.Ledger.Log(ctx, p.community)
	if err != nil {
		return err
	}
	if size, _ := log.Head(); d.Outcome.Size <= size {
		if x.roots[at], err = log.Root(ctx, d.Outcome.Size); err != nil {
			return err
		}
	}
	for _, w := range d.Outcome.Wins {
		switch {
		case w.Given == nil:
		case w.Given.Seq >= 0:
			x.given[w.Given.Seq] = w
		case w.Given.Kind != draw.Lapsed && d.Moves(&w):
			p.flaw(0, "bag_differs", -1, "", w.Ticket, "")
		}
	}
	return nil
}

// published compares a record of a draw in the evidence with the draw.
func (p *replayer) published(e *ledger.Entry) {
	rest, ok := strings.CutPrefix(e.Key, drawPrefix)
	if !ok || e.Kind != ledger.Record {
		return
	}
	number, what, _ := strings.Cut(rest, "/")
	at, err := id.Parse(number)
	d := p.drawn.draws[at]
	if err != nil || d == nil {
		p.flaw(0, "draw_differs", e.Seq, "", number, "")
		return
	}
	var want, got any
	seq := int64(-1)
	switch what {
	case "open":
		want, got, seq = promiseOf(d), &DrawPromise{}, d.Seq
	case "list":
		if d.End != nil {
			want, seq = &DrawList{d.ID, d.End.Entries, hex.EncodeToString(d.End.List[:])}, d.End.Seq
		}
		got = &DrawList{}
	case "drawn":
		if d.Outcome != nil {
			want, seq = drawnOf(d), d.Outcome.Seq
		}
		got = &DrawDrawn{}
	case "off":
		if d.End != nil {
			want, seq = &DrawOff{d.ID, d.End.Words}, d.End.Seq
		}
		got = &DrawOff{}
	}
	err = json.Unmarshal(e.Facts, got)
	x, _ := json.Marshal(want)
	y, _ := json.Marshal(got)
	if err != nil || seq != e.Seq || string(x) != string(y) {
		p.flaw(0, "draw_differs", e.Seq, "", string(x), string(y))
	}
	p.drawn.met[e.Seq] = true
}

func promiseOf(d *draw.Draw) *DrawPromise {
	p := DrawPromise{Draw: d.ID, Title: d.Title, SeedHash: hex.EncodeToString(d.SeedHash[:]), ClosesAt: d.ClosesAt.UTC()}
	for _, b := range d.Bags {
		p.Bags = append(p.Bags, DrawBag{string(b.Kind), b.Name, b.Count, b.Worth})
	}
	return &p
}

func drawnOf(d *draw.Draw) *DrawDrawn {
	o := d.Outcome
	all := DrawDrawn{Draw: d.ID, Seed: hex.EncodeToString(o.Seed[:]), Size: o.Size, Root: hex.EncodeToString(o.Root[:])}
	for _, w := range o.Wins {
		all.Winners = append(all.Winners, w.Ticket)
	}
	return &all
}

// bagged compares an entry that gave a bag with the bag.
func (p *replayer) bagged(e *ledger.Entry, m charter.Move) {
	if !strings.HasPrefix(e.Key, drawPrefix) {
		return
	}
	w, known := p.drawn.given[e.Seq]
	delete(p.drawn.given, e.Seq)
	d := p.drawn.draws[w.Draw]
	if !known || d == nil || w.Bag < 0 || w.Bag >= len(d.Bags) {
		p.flaw(0, "bag_differs", e.Seq, "", "", e.Key)
		return
	}
	b := &d.Bags[w.Bag]
	want := ""
	switch m := m.(type) {
	case charter.PointsGiven:
		want = fmt.Sprint(p.drawn.holder(d.ID, w.Ticket), d.ID, b.Points)
		expect(p, 0, "bag_differs", e.Seq, want, fmt.Sprint(m.Member, m.Cause, m.Points))
	case charter.GoodsHanded:
		want = fmt.Sprint(d.Shop, d.ID, b.Cost)
		expect(p, 0, "bag_differs", e.Seq, want, fmt.Sprint(m.Merchant, m.Cause, m.Cost))
	default:
		p.flaw(0, "bag_differs", e.Seq, "", "", m.Kind())
	}
}

func (x *drawRecords) holder(d id.ID, ticket string) (who id.ID) {
	for _, e := range x.entries[d] {
		if e.Ticket == ticket {
			return e.Member
		}
	}
	return who
}

// drawsAgain does every draw again, and looks for records that no entry published.
func (p *replayer) drawsAgain() {
	for _, d := range p.drawn.draws {
		for _, seq := range drawSeqs(d) {
			if !p.drawn.met[seq] {
				p.flaw(0, "draw_differs", seq, "", d.ID.String(), "")
			}
		}
		if d.End == nil || d.End.Kind != draw.Closed {
			continue
		}
		entries := p.drawn.entries[d.ID]
		if list := sha256.Sum256(draw.ListText(draw.Lines(entries))); list != d.End.List || len(entries) != d.End.Entries {
			p.flaw(0, "draw_unfair", d.End.Seq, "", hex.EncodeToString(d.End.List[:]), hex.EncodeToString(list[:]))
		}
		if d.Outcome == nil {
			continue
		}
		o := d.Outcome
		won := draw.Winners(draw.Mix(o.Seed, d.End.List, o.Root), draw.Tickets(entries), d.Count())
		var stored []string
		for i, w := range o.Wins {
			if stored = append(stored, w.Ticket); w.Place != i || w.Bag != d.BagOf(i) {
				p.flaw(0, "draw_unfair", o.Seq, "", fmt.Sprint("bag ", d.BagOf(i)), fmt.Sprint("bag ", w.Bag))
			}
		}
		if draw.Commit(o.Seed) != d.SeedHash || o.Size != d.End.Seq+1 || o.Root != p.drawn.roots[d.ID] || !slices.Equal(won, stored) {
			p.flaw(0, "draw_unfair", o.Seq, "", fmt.Sprint(won), fmt.Sprint(stored))
		}
	}
	for seq, w := range p.drawn.given {
		p.flaw(0, "bag_differs", seq, "", w.Ticket, "")
	}
}

// drawSeqs are the entries by which a draw was published.
func drawSeqs(d *draw.Draw) []int64 {
	all := []int64{d.Seq}
	if d.End != nil {
		all = append(all, d.End.Seq)
	}
	if d.Outcome != nil {
		all = append(all, d.Outcome.Seq)
	}
	return all
}
