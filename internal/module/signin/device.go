package signin

import (
	"net/netip"
	"strings"
)

// Device is from where somebody signs in.
type Device struct {
	Agent string     // the browser's User-Agent, which may say anything
	Addr  netip.Addr // the zero Addr if it is not known
}

// The names by which devices are listed; what matches none is "".
var (
	browsers = []struct{ mark, name string }{
		{"MicroMessenger/", "wechat"}, {"Edg", "edge"}, {"OPR/", "opera"}, {"QQBrowser/", "qq"}, {"HuaweiBrowser/", "huawei"}, {"MiuiBrowser/", "xiaomi"},
		{"Firefox/", "firefox"}, {"FxiOS/", "firefox"}, {"CriOS/", "chrome"}, {"Chrome/", "chrome"}, {"Safari/", "safari"},
	}
	systems = []struct{ mark, name string }{
		{"HarmonyOS", "harmony"}, {"OpenHarmony", "harmony"}, {"Android", "android"}, {"iPhone", "iphone"}, {"iPad", "ipad"},
		{"Windows", "windows"}, {"Macintosh", "mac"}, {"CrOS", "chromeos"}, {"Linux", "linux"},
	}
)

// browser and system name a device from fixed lists: nothing of what it says about
// itself is stored or shown.
func (d Device) browser() string { return first(browsers, d.Agent) }
func (d Device) system() string  { return first(systems, d.Agent) }

func first(list []struct{ mark, name string }, agent string) string {
	for _, x := range list {
		if strings.Contains(agent, x.mark) {
			return x.name
		}
	}
	return ""
}

// client is what throttling counts by: an IPv4 address, or the network of an IPv6
// address that one household has to itself.
func (d Device) client() string { return shortened(d.Addr, 32, 64) }

// network is the coarse address in a list of devices: it tells home from abroad and
// nobody's door.
func (d Device) network() string { return shortened(d.Addr, 16, 32) }

func shortened(a netip.Addr, v4, v6 int) string {
	if !a.IsValid() {
		return ""
	}
	bits := v6
	if a = a.Unmap().WithZone(""); a.Is4() {
		bits = v4
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.Addr().String()
}
