// Picks the regions of GB/T 2260 out of @vant/area-data, which has more:
// development zones, groups that are no regions, towns, Taiwan's townships.

// These three have no parts in the ministry's table.
const WITHOUT_PARTS = ['71', '81', '82'];

// Prefecture-level cities without districts: what the package lists below
// them are towns. Each is a leaf itself.
const WITHOUT_DISTRICTS = ['441900', '442000', '460400', '620200'];

// Development zones that the package puts among the districts' numbers:
// 江北新区 of 南京 and 镇江新区.
const ZONES = ['320112', '321150'];

// Abolished, still in the package: 梅列区 (2021) and 长岛县 (2020).
const ABOLISHED = ['350402', '370634'];

// GB/T 2260, 4.2: the last two digits are 01 to 18 and 51 to 70 for districts
// (and the counties of a province itself), 21 to 50 for counties, 81 to 89
// for county-level cities. 71 to 79 and 90 to 99 are the statisticians' for
// development zones.
function isZone(code) {
  const last = Number(code.slice(4));

  return (last >= 71 && last <= 79) || last >= 90 || ZONES.includes(code);
}

// 110100, 500200, 419000, …: 市辖区, 县, 省直辖县级行政区划 group what stands
// directly below a province.
function isGroup(code) {
  const municipality = ['11', '12', '31', '50'].includes(code.slice(0, 2));

  return municipality || code.slice(2, 4) === '90';
}

export function regionsOf({ province_list, city_list, county_list }) {
  const provinces = Object.entries(province_list);

  const cities = Object.entries(city_list).filter(
    ([code]) => !WITHOUT_PARTS.includes(code.slice(0, 2)) && !isGroup(code),
  );

  const counties = Object.entries(county_list).filter(
    ([code]) =>
      !WITHOUT_PARTS.includes(code.slice(0, 2)) &&
      !WITHOUT_DISTRICTS.includes(`${code.slice(0, 4)}00`) &&
      !isZone(code) &&
      !ABOLISHED.includes(code),
  );

  return [...provinces, ...cities, ...counties].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
}
