package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/settlement"
	"gongyi/internal/module/settlement/settlementweb"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/witness"
)

// sold is the fourth worked example of settlement.md with two refunds, and the
// token of its receipt.
func sold(b *block) (token string, seq int64) {
	b.Helper()
	b.at("2025-10-20")
	b.buy(200_00, 1) // earns the coins
	b.issue("V1", 1)
	s, err := b.settle("neighbour1", "bakery", 60_00, func(p *flow.Purchase) {
		p.Vouchers, p.Coins, p.Held, p.List = []string{"V1"}, 10_00, 45_00, 63_20
	})
	b.must(err)
	for i, amount := range []money.Amount{20_00, 5_00} {
		_, err := b.Flows.Refund(bg, b.home, db.System, flow.Refund{Ref: string(rune('a' + i)), Purchase: s.Seq, Amount: amount})
		b.must(err)
	}
	return s.Receipt(), s.Seq
}

func (b *block) key() string {
	b.Helper()
	_, key, err := b.Proof.Origin(bg, b.home)
	b.must(err)
	return key
}

func (b *block) file(token string) []byte {
	b.Helper()
	name, file, err := NewReceipts(b.App).File(bg, token)
	b.must(err)
	if !strings.HasPrefix(name, "gongyi-C1-") {
		b.Errorf("the file's name is %q", name)
	}
	return file
}

// states writes how the four steps came out.
func states(o settlementweb.Outcome) string {
	var s strings.Builder
	for _, step := range o.Steps {
		s.WriteByte("-+!"[step.State])
	}
	return s.String()
}

func TestReceiptFilesVerifyOffline(t *testing.T) {
	onBlock(t, func(t *testing.T, b *block) {
		token, seq := sold(b)
		file := b.file(token)
		if len(file) > 32<<10 {
			t.Errorf("the file has %d bytes", len(file))
		}
		o := VerifyReceipt(file, []string{"other+00000000+AAAA", b.key()}, nil)
		if !o.True || states(o) != "++++" || o.Index != seq || o.Size <= seq {
			t.Errorf("%+v", o)
		}
		var said []string
		for _, row := range o.Says {
			said = append(said, row.Label.In(bg)+" "+row.Value.In(bg))
		}
		if diff := cmp.Diff([]string{"店家 桥头面包房", "金额 60.00", "日子 2025-10-20 12:00:00", "退款 25.00"}, said); diff != "" {
			t.Error(diff)
		}
		if bytes.Contains(file, []byte("neighbour1")) || bytes.Contains(file, []byte(`"p2"`)) {
			t.Error("the file names a person or the purchase's reference")
		}
		var f struct{ Readable readable }
		b.must(json.Unmarshal(file, &f))
		want := map[string]string{"S-01": "45.00", "S-02": "10.00", "S-03": "5.00", "S-04": "1.80", "S-05": "0.30", "S-06": "3.00", "S-07": "2.25", "S-08": "0.00", "S-09": "45", "S-10": "0.00"}
		got := make(map[string]string)
		for _, r := range f.Readable.Rules {
			if got[r.Rule] = r.Amount; r.Title.Zh == "" || r.Title.En == "" || r.Title.En == r.Title.Zh || r.Why.Zh == "" {
				t.Errorf("%s is told in one language: %+v", r.Rule, r)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if r, head, err := witness.Open(file, b.key()); err != nil || r.Index != seq || head.Size != o.Size {
			t.Errorf("a witness: %+v, %+v, %v", r, head, err)
		}
		if web, err := NewReceipts(b.App).Verify(bg, file); err != nil || !web.True {
			t.Errorf("on the page: %+v, %v", web, err)
		}
	})
}

func (b *block) receiptOf(seq int64) string {
	b.Helper()
	r, err := b.Flows.Receipt(bg, b.home, seq)
	b.must(err)
	return r.Token
}

// TestAFileStaysSmall: a purchase with every voucher that one may carry, given back
// in many parts, still fits the page that checks it.
func TestAFileStaysSmall(t *testing.T) {
	env := dbtest.SQLite(t, Schemas)
	b := newBlock(t, env)
	b.at("2025-10-20")
	var vouchers []string
	for i := range settlement.MaxVouchers {
		vouchers = append(vouchers, string(rune('A'+i)))
		b.issue(vouchers[i], 1)
	}
	s, err := b.settle("neighbour1", "bakery", 90_00, func(p *flow.Purchase) { p.Vouchers, p.Held = vouchers, 50_00 })
	b.must(err)
	for i := range 20 {
		_, err := b.Flows.Refund(bg, b.home, db.System, flow.Refund{Ref: string(rune('a' + i)), Purchase: s.Seq, Amount: 1_00})
		b.must(err)
	}
	file := b.file(s.Receipt())
	if o := VerifyReceipt(file, []string{b.key()}, nil); !o.True || len(file) > 60<<10 {
		t.Errorf("%d bytes, %+v", len(file), o)
	}
	v, err := NewReceipts(b.App).Receipt(bg, s.Receipt())
	if b.must(err); len(v.Refunds) != 20 {
		t.Errorf("the page shows %d refunds", len(v.Refunds))
	}
}

// TestTheHouseKnowsItsShops: the log knows shops by id, so only the house can say
// that a file names one wrongly.
func TestTheHouseKnowsItsShops(t *testing.T) {
	onBlock(t, func(t *testing.T, b *block) {
		token, _ := sold(b)
		file := bytes.ReplaceAll(b.file(token), []byte("桥头面包房"), []byte("隔壁面包房"))
		if o := VerifyReceipt(file, []string{b.key()}, nil); !o.True {
			t.Errorf("offline nobody can know: %+v", o)
		}
		o, err := NewReceipts(b.App).Verify(bg, file)
		if err != nil || states(o) != "+!--" {
			t.Errorf("%s, %v", states(o), err)
		}
	})
}

func TestTheReceiptsPage(t *testing.T) {
	onBlock(t, func(t *testing.T, b *block) {
		token, seq := sold(b)
		receipts := NewReceipts(b.App)
		v, err := receipts.Receipt(bg, token)
		b.must(err)
		if v.Shop != "桥头面包房" || v.Price != 60_00 || v.Proof == nil || v.Proof.Index != seq || v.At.Format("15:04") != "12:00" || len(v.Tail) != 4 || v.Policy.Name != "试行规则 2025" {
			t.Errorf("%+v", v)
		}
		if len(v.Refunds) != 2 || v.Refunds[0].Amount != 20_00 || v.Refunds[1].Proof == nil || len(v.Refunds[0].Lines) < 5 {
			t.Errorf("refunds: %+v", v.Refunds)
		}
		if v.Offline.Key != b.key() || !strings.Contains(v.Offline.Command, v.Offline.FileName+" --key "+b.key()) {
			t.Errorf("offline: %+v", v.Offline)
		}
		keys := receipts.Offline(bg).Keys
		if !slices.ContainsFunc(keys, func(k settlementweb.CommunityKey) bool { return k.Key == b.key() && k.Community != "" }) {
			t.Errorf("keys: %+v", keys)
		}
		for _, wrong := range []string{"", "x", token[:len(token)-1], token[1:]} {
			if _, err := receipts.Receipt(bg, wrong); !errors.Is(err, flow.ErrNoReceipt) {
				t.Errorf("token %q: %v", wrong, err)
			}
			if _, _, err := receipts.File(bg, wrong); fault.KindOf(err) != fault.NotFound {
				t.Errorf("file of token %q: %v", wrong, err)
			}
		}
	})
}

func TestFileNames(t *testing.T) {
	at := id.ID{15: 1}
	for ref, want := range map[string]string{"C1": "gongyi-C1-7.json", "竹溪": "gongyi-" + at.String() + "-7.json", "../x": "gongyi-" + at.String() + "-7.json"} {
		if got := fileName(ref, at, 7); got != want {
			t.Errorf("%s: %s, want %s", ref, got, want)
		}
	}
}

// TestEntryTexts: what the ledger writes is read again, whatever its kind.
func TestEntryTexts(t *testing.T) {
	onBlock(t, func(t *testing.T, b *block) {
		_, _ = sold(b)
		b.update(func(tx *db.Tx) error {
			return b.Flows.Merchants.Change(bg, tx, "fruit", func(m *merchant.Merchant) error { m.CarePledge = 0; return nil })
		})
		b.must(b.DB.View(bg, b.home, func(r db.Reader) error {
			return b.Flows.Ledger.Entries(bg, r, b.home, 0, 100, func(e *ledger.Entry) error {
				text := string(e.Canonical([32]byte{1, 2, 3}))
				got, err := parseEntry(text)
				if err != nil {
					t.Errorf("%v:\n%s", err, text)
					return nil
				}
				if got.Seq != e.Seq || got.Kind != e.Kind || !got.PostedAt.Equal(e.PostedAt) || !slices.Equal(got.Legs, e.Legs) || !bytes.Equal(got.Facts, e.Facts) {
					t.Errorf("read %+v\nwant %+v", got, e)
				}
				for _, cut := range []string{text[:len(text)-1], text + "\n", strings.Replace(text, "\n", "\r\n", 1), strings.Replace(text, "posted 2", "posted  2", 1), strings.ToUpper(text), ""} {
					if _, err := parseEntry(cut); err == nil {
						t.Errorf("read:\n%q", cut)
					}
				}
				return nil
			})
		}))
	})
}
