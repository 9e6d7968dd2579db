package signin_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/module/signin"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/i18n"
)

func TestAnotherCodeAfterAMinute(t *testing.T) {
	each(t, func(d desk) {
		_, err := d.ask(phone, here)
		d.must(err)
		d.Clock.Advance(12 * time.Second)
		_, err = d.ask(phone, at("8.8.8.8")) // also from elsewhere
		d.refused(err, signin.ErrTooSoon)
		f := fault.Of(err)
		said, _ := i18n.Refusal(t.Context(), f)
		if f.Retry != 48*time.Second || said != "验证码刚发过，请 48 秒后再要一次。" {
			d.Errorf("%s %q", f.Retry, said)
		}
		d.Clock.Advance(48 * time.Second)
		_, err = d.ask(phone, here)
		d.must(err)
	})
}

// However many addresses attack one number, the budget is the number's.
func TestOneNumberFromTheWholeWorld(t *testing.T) {
	each(t, func(d desk) {
		codes, tries := 0, 0
		for minute := range 26 * 60 {
			from := at(fmt.Sprintf("20.%d.%d.7", minute/256, minute%256))
			sent, err := d.ask(phone, from)
			if err == nil {
				codes++
				for n := range 10 {
					_, err := d.try(sent.Visit, wrong(sent.Code, n+1), from)
					if errors.Is(err, signin.ErrLocked) || n > 0 && errors.Is(err, signin.ErrSpent) && tries%5 == 0 {
						break
					}
					tries++
				}
			} else if fault.KindOf(err) != fault.TooMany {
				d.Fatal(err)
			}
			d.Clock.Advance(time.Minute)
		}
		t.Logf("%d codes, %d tries in 26 hours", codes, tries)
		if tries > 100 || codes > 2*signin.DefaultLimits.PhoneDay {
			d.Fatalf("%d codes, %d tries", codes, tries)
		}
	})
}

func TestAnAddressAsksForSoManyOnly(t *testing.T) {
	each(t, func(d desk) {
		office := at("113.87.20.5")
		number := func(n int) string { return fmt.Sprintf("+86138001%05d", n) }
		for n := range signin.DefaultLimits.ClientHour {
			_, err := d.ask(number(n), office)
			d.must(err)
			d.Clock.Advance(time.Second)
		}
		_, err := d.ask(number(999), office)
		d.refused(err, signin.ErrClientFull)
		_, err = d.ask(number(999), at("113.87.20.6")) // the neighbour has nothing to do with it
		d.must(err)
		d.Clock.Advance(time.Hour)
		_, err = d.ask(number(998), office)
		d.must(err)
	})
}

// An IPv6 household has many addresses and one budget.
func TestAHouseholdHasOneBudget(t *testing.T) {
	each(t, func(d desk) {
		for n := range signin.DefaultLimits.ClientHour {
			_, err := d.ask(fmt.Sprintf("+86138001%05d", n), at(fmt.Sprintf("2001:db8:1:2::%x", n+1)))
			d.must(err)
		}
		_, err := d.ask("+8613900139000", at("2001:db8:1:2:ffff::1"))
		d.refused(err, signin.ErrClientFull)
		_, err = d.ask("+8613900139000", at("2001:db8:1:3::1"))
		d.must(err)
	})
}

func TestAnAddressThatGuesses(t *testing.T) {
	each(t, func(d desk) {
		guesser := at("8.8.8.8")
		tries := 0
		for n := 0; tries < signin.DefaultLimits.ClientMisses; n++ {
			sent, err := d.ask(fmt.Sprintf("+86138001%05d", n), guesser)
			d.must(err)
			for i := range 4 {
				if _, err := d.try(sent.Visit, wrong(sent.Code, i+1), guesser); !errors.Is(err, signin.ErrWrong) {
					d.Fatal(err)
				}
				tries++
			}
		}
		_, err := d.ask("+8613900139000", guesser)
		d.refused(err, signin.ErrClientFull)
	})
}

// The right code makes up for the wrong ones before it.
func TestTheRightCodeClearsTheNumber(t *testing.T) {
	each(t, func(d desk) {
		for range 4 {
			sent, err := d.ask(phone, here)
			d.must(err)
			for n := range 4 {
				_, err := d.try(sent.Visit, wrong(sent.Code, n+1), here)
				d.refused(err, signin.ErrWrong)
			}
			_, err = d.try(sent.Visit, sent.Code, here)
			d.must(err)
			d.Clock.Advance(15 * time.Minute)
		}
	})
}

// Whatever is tried, in whatever order and time, a number takes at most a hundred
// wrong tries in any day.
func TestTheBudgetHoldsForEveryPlan(t *testing.T) {
	env := dbtest.SQLite(t, schemas)
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		d := desk{t, env, signin.New(env.DB)}
		target := fmt.Sprintf("+86139%08d", n)
		var misses []time.Time
		var visit, code string
		for range rapid.IntRange(1, 120).Draw(r, "steps") {
			from := at(fmt.Sprintf("30.%d.%d.1", n%250, len(misses)))
			switch rapid.IntRange(0, 5).Draw(r, "step") {
			case 0:
				if sent, err := d.ask(target, from); err == nil {
					visit, code = sent.Visit, sent.Code
				}
			case 1:
				env.Clock.Advance(time.Duration(rapid.IntRange(1, 7200).Draw(r, "seconds")) * time.Second)
			default:
				if _, err := d.try(visit, wrong("0"+code, 1), from); errors.Is(err, signin.ErrWrong) || errors.Is(err, signin.ErrSpent) {
					misses = append(misses, env.Clock.Now())
				}
			}
		}
		for i, m := range misses {
			if i >= 100 && m.Sub(misses[i-100]) < 24*time.Hour {
				r.Fatalf("%d tries in a day", 100)
			}
		}
	})
}

func TestNamesOfDevicesComeFromAList(t *testing.T) {
	each(t, func(d desk) {
		for agent, want := range map[string][2]string{
			"Mozilla/5.0 (Linux; Android 14; Pixel) Chrome/130.0 Mobile MicroMessenger/8.0.40":                  {"wechat", "android"},
			"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1":           {"safari", "iphone"},
			"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0": {"edge", "windows"},
			"<script>alert(1)</script>\r\nX: y": {"", ""},
			"":                                  {"", ""},
		} {
			from := here
			from.Agent = agent
			s, _, err := d.start(person1, signin.ByCode, from)
			d.must(err)
			if s.Browser != want[0] || s.System != want[1] || s.Network != "113.87.0.0" {
				d.Errorf("%q is %q on %q in %q", agent, s.Browser, s.System, s.Network)
			}
		}
	})
}
