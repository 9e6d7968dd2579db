package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	killMembers   = "member_ref,community_ref\nH1,C1\nH2,C1\n"
	killMerchants = "merchant_ref,community_ref,industry\nbakery,C1,bakery\n"
)

// A power cut under load: every acknowledged purchase is there afterwards, none
// twice, and the books are whole.
func TestKilledUnderLoad(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "d")
	for name, text := range map[string]string{"members.csv": killMembers, "merchants.csv": killMerchants} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	must(t, "--data", data, "import", filepath.Join(dir, "members.csv"), filepath.Join(dir, "merchants.csv"))
	key := strings.TrimSpace(must(t, "--data", data, "keys", "new", "till", "--can", "settle,read", "--rate", "0"))
	acknowledged := make(map[string]int64) // reference → entry
	for round := range 3 {
		s, err := startServer(dir, environment(), "--data", data)
		if err != nil {
			t.Fatal(err)
		}
		sellUntilKilled(s, key, round, acknowledged)
	}
	if len(acknowledged) < 100 {
		t.Fatalf("only %d purchases were acknowledged: no load", len(acknowledged))
	}
	s, err := startServer(dir, environment(), "--data", data)
	if err != nil {
		t.Fatal(err)
	}
	entries := make(map[int64]string)
	for ref, entry := range acknowledged {
		var got struct{ Entry int64 }
		if status := ask(t, s.url+"/api/v1/communities/C1/purchases/"+ref, key, &got); status != http.StatusOK || got.Entry != entry {
			t.Errorf("%s was acknowledged as entry %d; now %d, entry %d", ref, entry, status, got.Entry)
		}
		if other, twice := entries[entry]; twice {
			t.Errorf("entry %d is both %s and %s", entry, ref, other)
		}
		entries[entry] = ref
	}
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	if out := must(t, "--data", data, "verify"); !strings.Contains(out, "the books are whole") {
		t.Errorf("verify: %s", out)
	}
}

// sellUntilKilled lets 16 tills sell, and cuts the power after a hundred sales.
func sellUntilKilled(s *server, key string, round int, acknowledged map[string]int64) {
	var mu sync.Mutex
	var tills sync.WaitGroup
	enough := make(chan struct{})
	var once sync.Once
	before := len(acknowledged)
	for till := range 16 {
		tills.Go(func() {
			for n := 0; ; n++ {
				ref := fmt.Sprintf("r%d-%d-%d", round, till, n)
				body := fmt.Sprintf(`{"purchase_ref":%q,"purchased_at":%q,"member_ref":"H1","merchant_ref":"bakery","price":"12.30","cash_held":"12.30"}`, ref, time.Now().UTC().Format(time.RFC3339Nano))
				req, err := http.NewRequest(http.MethodPost, s.url+"/api/v1/communities/C1/purchases", strings.NewReader(body))
				if err != nil {
					return
				}
				req.Header.Set("Authorization", "Bearer "+key)
				req.Header.Set("Content-Type", "application/json")
				res, err := http.DefaultClient.Do(req)
				if err != nil {
					return // the power is gone
				}
				var got struct{ Entry int64 }
				err = json.NewDecoder(res.Body).Decode(&got)
				res.Body.Close()
				if err != nil || res.StatusCode != http.StatusOK {
					continue
				}
				mu.Lock()
				acknowledged[ref] = got.Entry
				if len(acknowledged)-before >= 100 {
					once.Do(func() { close(enough) })
				}
				mu.Unlock()
			}
		})
	}
	<-enough
	s.kill()
	tills.Wait()
}

func ask(t *testing.T, url, key string, into any) int {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+key)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode
}
