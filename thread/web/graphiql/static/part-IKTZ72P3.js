import{a}from"./part-FY7JTZIB.js";import"./part-ZB7YTQVJ.js";import"./part-EE5YQO43.js";export default a();
